import { createHash } from "node:crypto";
import { mkdir, readFile } from "node:fs/promises";
import path from "node:path";
import { execa } from "execa";
import { z } from "zod";
import { writeWhole } from "../process/write-whole.ts";
import { withLock } from "./cache-lock.ts";
import { CRD_RELEASES, type CrdRelease, type CrdSet } from "./crd-releases.ts";
import { fetchText } from "./download.ts";
import { requireGo } from "./go-build.ts";
import { createReport } from "./progress.ts";
import type { ResolveOptions } from "./resolve.ts";
import { type ResolvedTool, SourceUnavailable, type ToolRequest } from "./tool-request.ts";

/** CRDs could be had nowhere. The message says what was tried and what to do. */
export class CrdsUnavailableError extends Error {
  override readonly name = "CrdsUnavailableError";
}

/** Wrapper module whose `go.sum` pins the modules of all releases. */
export const CRD_WRAPPER_MODULE = path.join(import.meta.dirname, "modules", "crds");

type Request = Pick<ToolRequest, "searchPath" | "report" | "signal">;

export interface CrdOptions extends Omit<ResolveOptions, "sources"> {
  /** Default: {@link CRD_RELEASES}. */
  readonly releases?: Readonly<Record<CrdSet, CrdRelease>>;
}

/**
 * Obtains the CRDs of operators, each set as one file for `kubectl apply`: from the cache, else from the operator's
 * repository, else from its Go module, which has the same files.
 *
 * @throws CrdsUnavailableError
 */
export async function obtainCrds<Name extends CrdSet>(
  names: readonly Name[],
  options: CrdOptions,
): Promise<Record<Name, ResolvedTool>> {
  const found: Partial<Record<Name, ResolvedTool>> = {};
  for (const name of names) found[name] = await obtainSet(name, options);
  return found as Record<Name, ResolvedTool>;
}

async function obtainSet(
  name: CrdSet,
  { releases = CRD_RELEASES, ...options }: CrdOptions,
): Promise<ResolvedTool> {
  const release = releases[name];
  const { version, title, sha256 } = release;
  const report = createReport(name, options.onProgress);
  const searchPath = options.searchPath ?? process.env["PATH"] ?? "";
  const file = path.join(options.cacheDir, name, version, "crds.yaml");
  const found = (source: ResolvedTool["source"]) => ({ name, path: file, version, source });
  return await withLock(
    `${path.dirname(file)}.lock`,
    {
      signal: options.signal ?? new AbortController().signal,
      onWait: () => report("wait", `another process is obtaining the CRDs of ${title}; waiting for it`),
    },
    async (signal) => {
      if (await hasChecksum(file, sha256)) return found("cache");
      return found(await fill(file, release, { searchPath, report, signal }));
    },
  );
}

const WAYS = [
  { source: "download", title: "official download", read: readRepository },
  { source: "go-module", title: "from its Go module", read: readModule },
] as const;

async function fill(file: string, release: CrdRelease, request: Request): Promise<ResolvedTool["source"]> {
  const tried: string[] = [];
  for (const { source, title, read } of WAYS) {
    try {
      const text = compose(release, await read(release, request));
      await mkdir(path.dirname(file), { recursive: true });
      // For whoever shares the cache.
      await writeWhole(file, text, { mode: 0o666 });
      return source;
    } catch (error) {
      if (!(error instanceof SourceUnavailable)) throw error;
      request.report("download", `not possible: ${error.message}`);
      tried.push(`  - ${title}: ${error.message}`);
    }
  }
  throw new CrdsUnavailableError(
    [
      `The CRDs of ${release.title} ${release.version} could not be obtained. Tried:`,
      ...tried,
      "To fix: give this machine access to raw.githubusercontent.com, or Go and access to a Go module proxy (GOPROXY).",
    ].join("\n"),
  );
}

/** @throws SourceUnavailable when it is not what the table expects */
function compose({ files, sha256 }: CrdRelease, texts: readonly string[]): string {
  const composed = texts.map((text, index) => `---\n# ${files[index]}\n${text}`).join("\n");
  const actual = checksumOf(composed);
  if (actual === sha256) return composed;
  throw new SourceUnavailable(`its files give the checksum ${actual}, wanted ${sha256}`);
}

async function readRepository(
  { repository, version, files }: CrdRelease,
  request: Request,
): Promise<string[]> {
  request.report("download", `downloading ${repository}`);
  return await Promise.all(files.map((file) => fetchText(request, `${repository}/v${version}/${file}`)));
}

async function readModule({ module, files }: CrdRelease, request: Request): Promise<string[]> {
  const folder = await downloadModule(module, request);
  const read = (file: string) =>
    readFile(path.join(folder, file), "utf8").catch(() => {
      throw new SourceUnavailable(`the module has no ${file}`);
    });
  return await Promise.all(files.map(read));
}

/** Go compares what it gets with `go.sum`. */
async function downloadModule(module: string, request: Request): Promise<string> {
  const go = await requireGo(request);
  request.report("download", `asking the Go module proxy for ${module}`);
  const result = await execa(go, ["mod", "download", "-json", module], {
    cancelSignal: request.signal,
    cwd: CRD_WRAPPER_MODULE,
    env: { PATH: request.searchPath, GOTOOLCHAIN: "local", GOFLAGS: "-mod=readonly", GOWORK: "off" },
    reject: false,
    stdin: "ignore",
  });
  request.signal.throwIfAborted();
  if (!result.failed) return moduleSchema.parse(JSON.parse(result.stdout)).Dir;
  throw new SourceUnavailable(`go mod download failed: ${result.stderr?.trim() || result.shortMessage}`);
}

const moduleSchema = z.object({ Dir: z.string() });

async function hasChecksum(file: string, expected: string): Promise<boolean> {
  const text = await readFile(file, "utf8").catch(() => undefined);
  return text !== undefined && checksumOf(text) === expected;
}

function checksumOf(text: string): string {
  return createHash("sha256").update(text).digest("hex");
}
