import { rm } from "node:fs/promises";
import { cacheEntryOf, openPartialEntry, publishCacheEntry, readCacheEntry } from "./cache.ts";
import { withLock } from "./cache-lock.ts";
import { downloadTool } from "./download.ts";
import { buildGoModule } from "./go-build.ts";
import { findOnPath } from "./path-search.ts";
import { type ResolvedTool, SourceUnavailable, type ToolRequest, type ToolSource } from "./tool-request.ts";
import type { ToolSpec } from "./tools.ts";
import { probeVersion } from "./version-probe.ts";

/** One way of getting a tool. `find` rejects with SourceUnavailable when the next way should be tried. */
export interface Way {
  readonly source: ToolSource;
  readonly find: (request: ToolRequest) => Promise<ResolvedTool>;
}

/** The ways that a tool's row offers, in the order in which they are tried. */
export function waysOf(spec: ToolSpec): readonly Way[] {
  const { download, goModule } = spec;
  const ways: Way[] = [
    { source: "path", find: findOnPath },
    { source: "cache", find: findInCache },
  ];
  if (download !== undefined) {
    ways.push(cacheFillingWay("download", (request, binaries) => downloadTool(request, download, binaries)));
  }
  if (goModule !== undefined) {
    ways.push(
      cacheFillingWay("go-module", (request, binaries) => buildGoModule(request, goModule, binaries)),
    );
  }
  return ways;
}

function cacheFillingWay(source: "download" | "go-module", obtain: Obtain): Way {
  return { source, find: (request) => fillCache(request, source, obtain) };
}

/** Puts a program called like the tool, and what belongs to it, into the folder `binaries`. */
type Obtain = (request: ToolRequest, binaries: string) => Promise<void>;

async function findInCache(request: ToolRequest): Promise<ResolvedTool> {
  const { spec, report } = request;
  const entry = cacheEntryOf(spec, request.platform, request.cacheDir);
  const found = await readCacheEntry(entry);
  switch (found.state) {
    case "valid":
      return { name: spec.name, path: entry.program, version: found.version, source: "cache" };
    case "missing":
      throw new SourceUnavailable(`nothing in ${entry.directory}`);
    case "corrupted":
      report("cache", `the cache entry is damaged (${found.reason}); it is thrown away and made again`);
      throw new SourceUnavailable(`the entry was damaged: ${found.reason}`);
  }
}

/** Puts an entry together under its lock, unless somebody else has done so meanwhile. */
async function fillCache(
  request: ToolRequest,
  source: "download" | "go-module",
  obtain: Obtain,
): Promise<ResolvedTool> {
  const { spec, report } = request;
  const entry = cacheEntryOf(spec, request.platform, request.cacheDir);
  const onWait = () => report("wait", `another process is obtaining ${spec.name}; waiting for it`);
  return withLock(entry.lockFile, { signal: request.signal, onWait }, async (signal) => {
    const found = await readCacheEntry(entry);
    if (found.state === "valid") {
      return { name: spec.name, path: entry.program, version: found.version, source: "cache" };
    }
    try {
      const partial = await openPartialEntry(entry);
      await obtain({ ...request, signal }, partial.binaries);
      const version = await requireSuitable(partial.program, spec, signal);
      await publishCacheEntry(entry, { tool: spec.name, version, source });
      return { name: spec.name, path: entry.program, version, source };
    } catch (error) {
      if (error instanceof SourceUnavailable) report(PHASES[source], `not possible: ${error.message}`);
      throw error;
    } finally {
      await rm(entry.partialDirectory, { recursive: true, force: true });
    }
  });
}

const PHASES = { download: "download", "go-module": "build" } as const;

async function requireSuitable(program: string, spec: ToolSpec, signal: AbortSignal): Promise<string> {
  const verdict = await probeVersion(program, spec, signal);
  if (!verdict.suitable) throw new SourceUnavailable(verdict.reason);
  return verdict.version;
}
