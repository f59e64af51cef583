import { copyFile, mkdir, mkdtemp, rm, writeFile } from "node:fs/promises";
import os from "node:os";
import path from "node:path";
import { execa } from "execa";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { RUN_AS_USER } from "../../../components/defaults.ts";
import { SCRIPTS } from "../../../components/valkey/valkey-pod.ts";
import type { ImageRecipe } from "../../../local/images/recipe.ts";
import { storeImage } from "../../../local/images/recipes.ts";
import { ensureProgram } from "../../setup/apt.ts";
import { unpackImage } from "./unpacked-image.ts";

const SCRIPTS_FOLDER = path.join(import.meta.dirname, "../../../components/valkey");

/** Gives the namespaces of the test what a container gets, then becomes the image's user in the image. */
const ENTER = `
mount --rbind /dev "$1/dev"
ip link set lo up
exec chroot --userspec=${RUN_AS_USER}:${RUN_AS_USER} "$1" /bin/sh /scripts/pod.sh
`;

/** The two containers of a pod. Each is probed as soon as its program says that it serves; a Sentinel is started twice. */
const POD = `
serve() {
  sh "/scripts/$1" 2>&1 | while read -r line; do
    echo "$1: $line"
    case $line in
      *"Ready to accept connections"*) sh /scripts/probe.sh server-alive && sh /scripts/probe.sh server-ready && echo "server answers" ;;
      *"+monitor master"*) sh /scripts/probe.sh sentinel-alive && echo "Sentinel answers" && redis-cli --user operator -p 26379 shutdown ;;
    esac
  done
}
serve start-valkey.sh &
serve start-sentinel.sh
serve start-sentinel.sh
redis-cli --user operator shutdown nosave
wait
echo "all ended"
`;

// Only root may make namespaces and another folder the root of a process.
describe.skipIf(process.getuid?.() !== 0)("the scripts of the store's pods in the unpacked image", () => {
  let folder: string;
  let output: string;

  beforeAll(async () => {
    await ensureProgram("redis-server", "redis-server");
    await ensureProgram("redis-cli", "redis-tools");
    await ensureProgram("ip", "iproute2");
    folder = await mkdtemp(path.join(os.tmpdir(), "images-"));
    const recipe = await storeImage();
    const root = await unpackImage(recipe, folder);
    await addMounts(root);
    output = await runPod(recipe, root);
  });

  afterAll(async () => {
    await rm(folder, { recursive: true, force: true });
  });

  test("start a server and a Sentinel, probe them, and start a Sentinel again on what it has learned", () => {
    const lines = output.split("\n");
    const counts = ["server answers", "Sentinel answers", "all ended"].map(
      (text) => lines.filter((line) => line === text).length,
    );

    expect({ counts, output }).toEqual({ counts: [1, 2, 1], output });
  });

  test("miss no program", () => {
    expect(output).not.toMatch(/not found|No such file/);
  });
});

/** What a pod mounts into the image, and the files that every container gets. */
async function addMounts(root: string): Promise<void> {
  for (const mount of ["dev", "data", "scripts"]) await mkdir(path.join(root, mount), { mode: 0o777 });
  await execa("chmod", ["1777", path.join(root, "data")]);
  for (const script of SCRIPTS) {
    await copyFile(path.join(SCRIPTS_FOLDER, script), path.join(root, "scripts", script));
  }
  await writeFile(path.join(root, "scripts/pod.sh"), POD);
  await writeFile(path.join(root, "etc/hosts"), "127.0.0.1 valkey-0.test\n127.0.0.2 valkey-1.test\n");
}

async function runPod(recipe: ImageRecipe, root: string): Promise<string> {
  const namespaces = ["--mount", "--net", "--pid", "--fork", "--kill-child"];
  const { all } = await execa("unshare", [...namespaces, "/bin/sh", "-ec", ENTER, "sh", root], {
    all: true,
    env: {
      ...recipe.env,
      PATH: `/usr/sbin:/sbin:${recipe.env?.["PATH"]}`,
      VALKEY_SELF: "valkey-0.test",
      VALKEY_PEERS: "valkey-0.test valkey-1.test",
      VALKEY_PASSWORD: "password",
      VALKEY_ACCESS_LIST:
        "user internal on >password allkeys allchannels +@all\nuser operator on >password +@all",
      REDISCLI_AUTH: "password",
      VALKEY_QUORUM: "1",
      VALKEY_MAXMEMORY: "100000000",
      VALKEY_MIN_REPLICAS: "0",
    },
    extendEnv: false,
    reject: false,
    stdin: "ignore",
    timeout: 60_000,
  });
  return all;
}
