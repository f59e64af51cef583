import { simulatedRegionToolNames } from "../region/kwokctl-config.ts";
import { defaultCacheDir } from "../toolchain/cache.ts";
import { formatSeconds } from "../toolchain/progress.ts";
import { resolveTools } from "../toolchain/resolve.ts";
import type { ResolvedTool } from "../toolchain/tool-request.ts";
import type { ToolName } from "../toolchain/tools.ts";

/** Every tool that regions of simulated nodes and the engine need. */
export const toolsOfUp = ["pulumi", ...simulatedRegionToolNames] as const;

export type UpTools = Readonly<Record<(typeof toolsOfUp)[number], ResolvedTool>>;

export interface ObtainOptions {
  readonly onProgress: (text: string) => void;
  readonly signal: AbortSignal;
}

/** Obtains tools from `PATH`, the cache, their official downloads or their Go modules. @throws ToolUnavailableError */
export async function obtainTools<Name extends ToolName>(
  names: readonly Name[],
  { onProgress, signal }: ObtainOptions,
): Promise<Record<Name, ResolvedTool>> {
  return await resolveTools(names, {
    cacheDir: defaultCacheDir(),
    signal,
    onProgress: ({ tool, message, elapsedMs }) =>
      onProgress(`${tool}: ${message}${elapsedMs > 2000 ? ` (${formatSeconds(elapsedMs / 1000)})` : ""}`),
  });
}

/** Says where the tools come from, such as `7 from the cache, 1 on PATH`. */
export function describeTools(tools: Readonly<Record<string, ResolvedTool>>): string {
  const counts = new Map<string, number>();
  for (const { source } of Object.values(tools)) counts.set(source, (counts.get(source) ?? 0) + 1);
  return [...counts]
    .map(([source, count]) => `${count} ${ORIGINS[source as ResolvedTool["source"]]}`)
    .join(", ");
}

const ORIGINS: Readonly<Record<ResolvedTool["source"], string>> = {
  path: "on PATH",
  cache: "from the cache",
  download: "downloaded",
  "go-module": "built from Go modules",
  apt: "installed by apt",
};
