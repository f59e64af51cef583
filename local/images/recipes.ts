import path from "node:path";
import runtimePackage from "../../agent-runtime/package.json" with { type: "json" };
import { RUN_AS_USER } from "../../components/defaults.ts";
import { findDebianProgram } from "./debian-program.ts";
import { programFiles, sharedLibrariesOf } from "./programs.ts";
import type { ImageRecipe, LayerRecipe } from "./recipe.ts";

const USER = String(RUN_AS_USER);
const SEARCH_PATH = "/usr/local/bin:/usr/bin:/bin";

/** The pinned Node that this repository's own programs run under. */
export const NODE_PROGRAM = path.join(import.meta.dirname, "../../node_modules/node/bin/node");

/**
 * What every image has beside its programs. Without the entry of its user in `/etc/passwd` a container would run in root's
 * group.
 */
const BASE: LayerRecipe = {
  directories: ["/tmp"],
  texts: {
    "/etc/passwd": `root:x:0:0:root:/:/sbin/nologin\napp:x:${USER}:${USER}:app:/tmp:/sbin/nologin\n`,
    "/etc/group": `root:x:0:\napp:x:${USER}:\n`,
    "/etc/nsswitch.conf": "passwd: files\ngroup: files\nhosts: files dns\n",
  },
};

/** Programs of the store's scripts and the packages that hold them, by path in the image. */
export const STORE_PROGRAMS: Readonly<Record<string, readonly [program: string, aptPackage: string]>> = {
  "/bin/sh": ["dash", "dash"],
  "/usr/bin/redis-server": ["redis-server", "redis-server"],
  "/usr/bin/redis-cli": ["redis-cli", "redis-tools"],
  "/usr/bin/grep": ["grep", "grep"],
  "/usr/bin/sed": ["sed", "sed"],
  ...Object.fromEntries(
    ["cat", "dirname", "mkdir", "mv", "sleep", "tail", "timeout", "touch"].map((program) => [
      `/usr/bin/${program}`,
      [program, "coreutils"] as const,
    ]),
  ),
};

/** The first process of every pod, which holds its namespaces and reaps what others leave behind. */
export async function pauseImage(): Promise<ImageRecipe> {
  const files = { "/catatonit": await requireStatic(await findDebianProgram("catatonit", "catatonit")) };
  return {
    name: "pause",
    layers: [{ files }],
    entrypoint: ["/catatonit"],
    cmd: ["-P"],
    user: `${USER}:${USER}`,
  };
}

/** The agent runtime: Node in a layer that changes with its version, the bundle in a small one of its own. */
export async function agentRuntimeImage(bundleFile: string): Promise<ImageRecipe> {
  return {
    name: "agent-runtime",
    layers: [
      { ...BASE, files: await programFiles({ "/usr/local/bin/node": NODE_PROGRAM }) },
      { files: { "/app/main.mjs": bundleFile } },
    ],
    entrypoint: ["node", "/app/main.mjs"],
    env: { PATH: SEARCH_PATH, NODE_ENV: "production" },
    user: USER,
    workingDir: "/app",
    labels: {
      "org.opencontainers.image.title": "agent-runtime",
      "org.opencontainers.image.version": runtimePackage.version,
    },
  };
}

/** Server, Sentinel and command line of Redis 7 with what the scripts of `components/valkey/` call. */
export async function storeImage(): Promise<ImageRecipe> {
  const programs: Record<string, string> = {};
  for (const [target, [program, aptPackage]] of Object.entries(STORE_PROGRAMS)) {
    programs[target] = await findDebianProgram(program, aptPackage);
  }
  return {
    name: "store",
    layers: [{ ...BASE, files: await programFiles(programs) }],
    entrypoint: ["redis-server"],
    env: { PATH: SEARCH_PATH },
    user: USER,
  };
}

/**
 * One static program at `/<name>`.
 *
 * @throws Error when it needs shared libraries.
 */
export async function programImage(name: string, file: string): Promise<ImageRecipe> {
  return {
    name,
    layers: [{ ...BASE, files: { [`/${name}`]: await requireStatic(file) } }],
    entrypoint: [`/${name}`],
    env: { PATH: SEARCH_PATH },
    user: USER,
  };
}

async function requireStatic(file: string): Promise<string> {
  const [library] = await sharedLibrariesOf(file);
  if (library === undefined) return file;
  throw new Error(`${file} needs ${library}; its image has no libraries. Build the program statically.`);
}
