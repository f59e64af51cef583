import { hostPlatform } from "./platform.ts";
import { createReport, type ToolProgress } from "./progress.ts";
import { type ResolvedTool, SourceUnavailable, type ToolRequest, type ToolSource } from "./tool-request.ts";
import { type FailedAttempt, ToolUnavailableError } from "./tool-unavailable.ts";
import { type ToolName, type ToolSpec, toolTable } from "./tools.ts";
import { waysOf } from "./ways.ts";

export interface ResolveOptions {
  /** Folder of the tool cache; `defaultCacheDir()` unless there is a reason. */
  readonly cacheDir: string;
  /** Called for every step, and about every second during downloads and builds. */
  readonly onProgress?: (event: ToolProgress) => void;
  /** Ends downloads and builds; the cache stays clean and the promise rejects with the signal's reason. */
  readonly signal?: AbortSignal;
  /** Sources that may be used, all by default. Their order is fixed. */
  readonly sources?: readonly ToolSource[];
  /** Where programs are looked for instead of `$PATH`. */
  readonly searchPath?: string;
}

/**
 * Obtains one tool: on `PATH` in a suitable version, else from the cache, else by its official download,
 * else built from its Go module.
 *
 * @throws ToolUnavailableError listing everything that was tried and what to install.
 */
export function resolveTool(name: ToolName, options: ResolveOptions): Promise<ResolvedTool> {
  return resolveSpec(toolTable[name], options);
}

/**
 * Obtains several tools one after another, those that take longest to build first. Stops at the first
 * that cannot be had.
 *
 * @throws ToolUnavailableError like {@link resolveTool}.
 */
export async function resolveTools<Name extends ToolName>(
  names: readonly Name[],
  options: ResolveOptions,
): Promise<Record<Name, ResolvedTool>> {
  const largestFirst = names.toSorted((one, other) => estimateOf(other) - estimateOf(one));
  const tools: Partial<Record<Name, ResolvedTool>> = {};
  for (const name of largestFirst) tools[name] = await resolveTool(name, options);
  return tools as Record<Name, ResolvedTool>;
}

/** {@link resolveTool} for a tool that is not in the table. */
export async function resolveSpec(spec: ToolSpec, options: ResolveOptions): Promise<ResolvedTool> {
  const request = openRequest(spec, options);
  const attempts: FailedAttempt[] = [];
  for (const { source, find } of waysOf(spec)) {
    if (options.sources?.includes(source) === false) continue;
    request.signal.throwIfAborted();
    try {
      const tool = await find(request);
      request.report("ready", `${tool.name} ${tool.version} ${ORIGINS[tool.source]}: ${tool.path}`);
      return tool;
    } catch (error) {
      if (!(error instanceof SourceUnavailable)) throw error;
      attempts.push({ source, reason: error.message });
    }
  }
  throw new ToolUnavailableError(spec, attempts);
}

/** Fills in what the caller left open. */
export function openRequest(spec: ToolSpec, options: ResolveOptions): ToolRequest {
  return {
    spec,
    platform: hostPlatform(),
    searchPath: options.searchPath ?? process.env["PATH"] ?? "",
    cacheDir: options.cacheDir,
    report: createReport(spec.name, options.onProgress),
    signal: options.signal ?? new AbortController().signal,
  };
}

const ORIGINS: Readonly<Record<ToolSource, string>> = {
  path: "is on PATH",
  cache: "is in the cache",
  download: "was downloaded",
  "go-module": "was built from its Go module",
};

function estimateOf(name: ToolName): number {
  return toolTable[name].goModule?.estimateSeconds ?? 0;
}
