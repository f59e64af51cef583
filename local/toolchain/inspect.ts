import { cacheEntryOf, readCacheEntry } from "./cache.ts";
import { findOnPath } from "./path-search.ts";
import { openRequest, type ResolveOptions } from "./resolve.ts";
import { SourceUnavailable, type ToolRequest } from "./tool-request.ts";
import { type ToolName, toolTable } from "./tools.ts";

/** What is there of one tool, found out without obtaining it. */
export type ToolState =
  | { readonly state: "on-path" | "cached"; readonly path: string; readonly version: string }
  | {
      readonly state: "missing";
      /** Why nothing that is there will do; empty when there is nothing at all. */
      readonly note: string;
      /** Seconds to build it with empty caches on two cores; 0 when it is not built. */
      readonly estimateSeconds: number;
    };

export type ToolReport = { readonly name: ToolName; readonly wanted: string } & ToolState;

/** States what is there of each tool, in the order given. Obtains and changes nothing. */
export async function inspectTools(
  names: readonly ToolName[],
  options: Pick<ResolveOptions, "cacheDir" | "searchPath" | "signal">,
): Promise<ToolReport[]> {
  const reports: ToolReport[] = [];
  for (const name of names) {
    const spec = toolTable[name];
    reports.push({ name, wanted: spec.version, ...(await inspect(openRequest(spec, options))) });
  }
  return reports;
}

async function inspect(request: ToolRequest): Promise<ToolState> {
  const notes: string[] = [];
  try {
    const { path, version } = await findOnPath({
      ...request,
      report: (_phase, message) => notes.push(message),
    });
    return { state: "on-path", path, version };
  } catch (error) {
    if (!(error instanceof SourceUnavailable)) throw error;
  }
  const entry = cacheEntryOf(request.spec, request.platform, request.cacheDir);
  const found = await readCacheEntry(entry);
  if (found.state === "valid") return { state: "cached", path: entry.program, version: found.version };
  if (found.state === "corrupted") notes.push(`the cache entry is damaged: ${found.reason}`);
  const estimateSeconds = request.spec.goModule?.estimateSeconds ?? 0;
  return { state: "missing", note: notes.join("; "), estimateSeconds };
}
