import { readFile } from "node:fs/promises";
import type { ResolvedTool } from "../toolchain/tool-request.ts";
import type { Kubectl } from "./kubectl.ts";

/** CRDs of an operator as one file for `kubectl apply`. */
export type CrdFile = Pick<ResolvedTool, "name" | "version" | "path">;

/** Put on a CRD once it is served, so that an interrupted installation is not taken for a finished one. */
const MARK = "claude-agents.local/crds";

const ESTABLISH_SECONDS = 60;

/**
 * Installs the CRDs that a cluster does not have in this version, and waits until it serves them. What is installed
 * costs one short request.
 */
export async function installCrds(
  files: readonly CrdFile[],
  kubectl: Kubectl,
  signal?: AbortSignal,
): Promise<void> {
  const installed = await marksOf(kubectl, signal);
  const wanted = await Promise.all(
    files.map(async (file) => ({
      ...file,
      names: await namesIn(file),
      mark: `${file.name}-${file.version}`,
    })),
  );
  const missing = wanted.filter(({ names, mark }) => names.some((name) => installed.get(name) !== mark));
  if (missing.length === 0) return;
  const sources = missing.flatMap(({ path }) => ["-f", path]);
  await kubectl.run(
    ["apply", "--server-side", "--force-conflicts", "--field-manager=claude-agents-local", ...sources],
    { signal },
  );
  await kubectl.run(["wait", "--for=condition=Established", `--timeout=${ESTABLISH_SECONDS}s`, ...sources], {
    signal,
  });
  for (const { names, mark } of missing) {
    await kubectl.run(["label", "--overwrite", "crds", ...names, `${MARK}=${mark}`], { signal });
  }
}

/**
 * Looks whether a cluster of somebody else's serves the CRDs, in whichever version; installs nothing.
 *
 * @throws Error that names those that are missing and how to install them
 */
export async function requireCrds(
  files: readonly CrdFile[],
  kubectl: Kubectl,
  { context, signal }: { readonly context: string; readonly signal: AbortSignal },
): Promise<void> {
  const served = await marksOf(kubectl, signal);
  const missing = await Promise.all(
    files.map(async (file) => ({
      path: file.path,
      names: (await namesIn(file)).filter((name) => !served.has(name)),
    })),
  );
  const names = missing.flatMap((file) => file.names);
  if (names.length === 0) return;
  const sources = missing.flatMap((file) => (file.names.length === 0 ? [] : [`-f ${file.path}`]));
  throw new Error(
    `The cluster of context ${context} does not serve kinds of objects that the stack holds: ${names.join(", ")}. ` +
      "Install the operators that they belong to, or their definitions alone: " +
      `kubectl --context ${context} apply --server-side ${sources.join(" ")}`,
  );
}

/** The CRDs of a cluster with their marks; without one, an empty text. Tables leave out the definitions themselves. */
async function marksOf(kubectl: Kubectl, signal: AbortSignal | undefined): Promise<Map<string, string>> {
  const table = await kubectl.run(["get", "crds", "--no-headers", "--label-columns", MARK], { signal });
  const rows = table.split("\n").filter((row) => row.trim() !== "");
  return new Map(
    rows.map((row) => {
      const [name = "", , mark = ""] = row.trim().split(/\s+/);
      return [name, mark];
    }),
  );
}

async function namesIn({ path }: CrdFile): Promise<string[]> {
  const text = await readFile(path, "utf8");
  return [...text.matchAll(/^ {2}name: (\S+)$/gm)].map(([, name = ""]) => name);
}
