import { STORE_PROGRAMS } from "../images/recipes.ts";
import { simulatedRegionToolNames } from "../region/kwokctl-config.ts";
import { DEBIAN_PROGRAMS } from "../region/real/debian-programs.ts";
import { realRegionToolNames } from "../region/real/real.ts";
import { defaultCacheDir } from "../toolchain/cache.ts";
import { type DebianProgram, ensureDebianPrograms } from "../toolchain/debian-packages.ts";
import { GatewayApiUnavailableError, obtainGatewayApiCrds } from "../toolchain/gateway-api-crds.ts";
import { formatSeconds } from "../toolchain/progress.ts";
import { resolveTool, resolveTools } from "../toolchain/resolve.ts";
import type { ResolvedTool, ToolSource } from "../toolchain/tool-request.ts";
import { ToolUnavailableError } from "../toolchain/tool-unavailable.ts";
import type { ToolName } from "../toolchain/tools.ts";
import type { EnvironmentPlan } from "./plan.ts";

/** Tools for regions of simulated nodes, and for existing clusters. */
export const simulatedUpTools = ["pulumi", ...simulatedRegionToolNames] as const;

/** Tools for regions of real nodes; two of them run in pods. */
export const realUpTools = ["pulumi", ...realRegionToolNames, "coredns", "metrics-server"] as const;

/** What regions of real nodes use of Debian: machines, and what the images are composed from. */
export const realUpPrograms: readonly DebianProgram[] = [
  ...DEBIAN_PROGRAMS,
  ...Object.values(STORE_PROGRAMS).map(([program, aptPackage]) => ({ program, package: aptPackage })),
];

type Tools<Name extends ToolName> = Readonly<Record<Name, ResolvedTool>>;

/** The tools of an environment, by what its nodes are. */
export type UpTools =
  | ({ readonly nodes: "simulated" | "existing" } & SimulatedTools)
  | ({ readonly nodes: "real" } & RealTools);

export type SimulatedTools = Tools<(typeof simulatedUpTools)[number]>;

export type RealTools = Tools<(typeof realUpTools)[number]> & GatewayTools;

/** The gateway controller and the file with the CRDs that it needs, or neither. */
type GatewayTools =
  | { readonly traefik: ResolvedTool; readonly gatewayApi: ResolvedTool }
  | { readonly traefik?: never; readonly gatewayApi?: never };

export interface ObtainOptions {
  readonly onProgress: (text: string) => void;
  readonly signal: AbortSignal;
}

/**
 * Obtains what the planned environment needs: Debian packages, and tools from `PATH`, the cache, their official
 * downloads or their Go modules.
 *
 * @throws ToolUnavailableError, or Error when a package cannot be installed
 */
export async function obtainUpTools(plan: EnvironmentPlan, options: ObtainOptions): Promise<UpTools> {
  if (plan.nodes !== "real") return { nodes: plan.nodes, ...(await obtainTools(simulatedUpTools, options)) };
  await ensureDebianPrograms(realUpPrograms, options);
  const tools = await obtainTools(realUpTools, options);
  return { nodes: "real", ...tools, ...(await obtainGateway(plan.gateway, options)) };
}

/** Without a build: eight minutes are too long for something that was not asked for. */
const QUICK_SOURCES: readonly ToolSource[] = ["path", "cache", "download"];

async function obtainGateway(
  gateway: EnvironmentPlan["gateway"],
  options: ObtainOptions,
): Promise<GatewayTools> {
  if (gateway === "none") return {};
  const sources = gateway === "required" ? {} : { sources: QUICK_SOURCES };
  try {
    const traefik = await resolveTool("traefik", { ...resolveOptions(options), ...sources });
    return { traefik, gatewayApi: await obtainGatewayApiCrds(resolveOptions(options)) };
  } catch (error) {
    if (gateway === "required" || !isUnavailable(error)) throw error;
    return {};
  }
}

function isUnavailable(error: unknown): boolean {
  return error instanceof ToolUnavailableError || error instanceof GatewayApiUnavailableError;
}

/** Obtains tools from `PATH`, the cache, their official downloads or their Go modules. @throws ToolUnavailableError */
export async function obtainTools<Name extends ToolName>(
  names: readonly Name[],
  options: ObtainOptions,
): Promise<Record<Name, ResolvedTool>> {
  return await resolveTools(names, resolveOptions(options));
}

function resolveOptions({ onProgress, signal }: ObtainOptions) {
  return {
    cacheDir: defaultCacheDir(),
    signal,
    onProgress: ({ tool, message, elapsedMs }: { tool: string; message: string; elapsedMs: number }) =>
      onProgress(`${tool}: ${message}${elapsedMs > 2000 ? ` (${formatSeconds(elapsedMs / 1000)})` : ""}`),
  };
}

/** Says where the tools come from, such as `7 from the cache, 1 on PATH`. */
export function describeTools(tools: Readonly<Record<string, ResolvedTool>>): string {
  const counts = new Map<ToolSource, number>();
  for (const { source } of Object.values(tools)) counts.set(source, (counts.get(source) ?? 0) + 1);
  return [...counts].map(([source, count]) => `${count} ${ORIGINS[source]}`).join(", ");
}

const ORIGINS: Readonly<Record<ToolSource, string>> = {
  path: "on PATH",
  cache: "from the cache",
  download: "downloaded",
  "go-module": "built from Go modules",
};
