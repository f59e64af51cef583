import { readFile } from "node:fs/promises";
import { setTimeout as delay } from "node:timers/promises";
import { z } from "zod";
import type { ResolvedTool } from "../toolchain/tool-request.ts";
import { type Kubectl, KubectlError, type KubernetesObject } from "./kubectl.ts";

/** CRDs of an operator as one file for `kubectl apply`. */
export type CrdFile = Pick<ResolvedTool, "name" | "version" | "path">;

/** Says which versions are installed; written last, so that an interrupted installation is not taken for a finished one. */
const RECORD = { name: "claude-agents-crds", namespace: "kube-system" } as const;

const ESTABLISH_TIMEOUT_MS = 60_000;
const POLL_MS = 200;

/**
 * Installs the CRDs that a cluster does not have in this version, and waits until it serves them. What is installed
 * costs two short requests.
 */
export async function installCrds(
  files: readonly CrdFile[],
  kubectl: Kubectl,
  signal?: AbortSignal,
): Promise<void> {
  const [served, versions] = await Promise.all([
    servedCrds(kubectl, signal),
    recordedVersions(kubectl, signal),
  ]);
  const wanted = await Promise.all(files.map(async (file) => ({ ...file, names: await namesIn(file) })));
  const missing = wanted.filter(
    ({ name, version, names }) => versions[name] !== version || names.some((each) => !served.has(each)),
  );
  if (missing.length === 0) return;
  const sources = missing.flatMap(({ path }) => ["-f", path]);
  await kubectl.run(
    ["apply", "--server-side", "--force-conflicts", "--field-manager=claude-agents-local", ...sources],
    { signal },
  );
  await untilEstablished(
    missing.flatMap(({ names }) => names),
    kubectl,
    signal,
  );
  const installed = Object.fromEntries(missing.map(({ name, version }) => [name, version]));
  const data = { ...versions, ...installed };
  await kubectl.apply([{ apiVersion: "v1", kind: "ConfigMap", metadata: RECORD, data }], { signal });
}

const recordSchema = z.looseObject({ data: z.record(z.string(), z.string()).default({}) });

async function recordedVersions(
  kubectl: Kubectl,
  signal: AbortSignal | undefined,
): Promise<Readonly<Record<string, string>>> {
  const { name, namespace } = RECORD;
  try {
    return recordSchema.parse(await kubectl.getJson("configmap", name, { namespace, signal })).data;
  } catch (error) {
    if (error instanceof KubectlError && error.isNotFound) return {};
    throw error;
  }
}

/** One request for all, where `kubectl wait` would ask for one after another. */
async function untilEstablished(
  names: readonly string[],
  kubectl: Kubectl,
  signal: AbortSignal | undefined,
): Promise<void> {
  const deadline = performance.now() + ESTABLISH_TIMEOUT_MS;
  for (;;) {
    const established = new Set((await kubectl.listJson("crds", { signal })).flatMap(establishedName));
    const late = names.filter((name) => !established.has(name));
    if (late.length === 0) return;
    if (performance.now() > deadline) {
      throw new Error(
        `CRDs are not served ${ESTABLISH_TIMEOUT_MS / 1000} s after their installation: ${late.join(", ")}. ` +
          "Run the command again.",
      );
    }
    await delay(POLL_MS, undefined, { signal });
  }
}

/**
 * Looks whether a cluster of somebody else's serves the kinds, in whichever version; installs nothing.
 *
 * @param kinds names of CRDs
 * @param files where definitions of them are at hand
 * @throws Error that names those that are missing and how to install them
 */
export async function requireCrds(
  kinds: readonly string[],
  files: readonly CrdFile[],
  kubectl: Kubectl,
  { context, signal }: { readonly context: string; readonly signal: AbortSignal },
): Promise<void> {
  const served = await servedCrds(kubectl, signal);
  const missing = kinds.filter((kind) => !served.has(kind));
  if (missing.length === 0) return;
  const sources = await Promise.all(
    files.map(async (file) => {
      const names = await namesIn(file);
      return missing.some((kind) => names.includes(kind)) ? [`-f ${file.path}`] : [];
    }),
  );
  throw new Error(
    `The cluster of context ${context} does not serve kinds of objects that the stack holds: ${missing.join(", ")}. ` +
      "Install the operators that they belong to, or their definitions alone: " +
      `kubectl --context ${context} apply --server-side ${sources.flat().join(" ")}`,
  );
}

/** Its conditions are null at first. */
const statusSchema = z.looseObject({
  conditions: z.array(z.looseObject({ type: z.string(), status: z.string() })).nullish(),
});

function establishedName({ metadata, ...definition }: KubernetesObject): string[] {
  const { conditions } = statusSchema.parse(definition["status"] ?? {});
  const isServed = conditions?.some(({ type, status }) => type === "Established" && status === "True");
  return isServed === true ? [metadata.name] : [];
}

/** Names of the CRDs of a cluster. Tables leave out the definitions themselves. */
async function servedCrds(kubectl: Kubectl, signal: AbortSignal | undefined): Promise<Set<string>> {
  const table = await kubectl.run(["get", "crds", "--no-headers"], { signal });
  return new Set(rowsOf(table).map(([name = ""]) => name));
}

function rowsOf(table: string): string[][] {
  const rows = table.split("\n").filter((row) => row.trim() !== "");
  return rows.map((row) => row.trim().split(/\s+/));
}

async function namesIn({ path }: CrdFile): Promise<string[]> {
  const text = await readFile(path, "utf8");
  return [...text.matchAll(/^ {2}name: (\S+)$/gm)].map(([, name = ""]) => name);
}
