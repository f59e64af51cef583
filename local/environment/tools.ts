import { STORE_PROGRAMS } from "../images/recipes.ts";
import { simulatedRegionToolNames } from "../region/kwokctl-config.ts";
import { DEBIAN_PROGRAMS } from "../region/real/debian-programs.ts";
import { realRegionToolNames } from "../region/real/real.ts";
import { defaultCacheDir } from "../toolchain/cache.ts";
import { ALL_CRDS, LOCAL_CRDS } from "../toolchain/crd-releases.ts";
import { obtainCrds } from "../toolchain/crds.ts";
import { type DebianProgram, ensureDebianPrograms } from "../toolchain/debian-packages.ts";
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

/** The tools of an environment, by what its nodes are, and the CRDs of the objects that its stack holds. */
export type UpTools = LocalCrds &
  (
    | ({ readonly nodes: "simulated" | "existing" } & SimulatedTools)
    | ({ readonly nodes: "real" } & RealTools)
  );

type LocalCrds = Readonly<Record<(typeof LOCAL_CRDS)[number], ResolvedTool>>;

export type SimulatedTools = Tools<(typeof simulatedUpTools)[number]>;

export type RealTools = Tools<(typeof realUpTools)[number]> & GatewayTools;

/** The gateway controller, where there is to be one. */
type GatewayTools = { readonly traefik?: ResolvedTool };

export interface ObtainOptions {
  readonly onProgress: (text: string) => void;
  readonly signal: AbortSignal;
}

/**
 * Obtains what the planned environment needs: Debian packages, CRDs, and tools from `PATH`, the cache, their official
 * downloads or their Go modules.
 *
 * @throws ToolUnavailableError, CrdsUnavailableError, or Error when a package cannot be installed
 */
export async function obtainUpTools(plan: EnvironmentPlan, options: ObtainOptions): Promise<UpTools> {
  const crds = await obtainCrds(LOCAL_CRDS, resolveOptions(options));
  if (plan.nodes !== "real") {
    return { nodes: plan.nodes, ...crds, ...(await obtainTools(simulatedUpTools, options)) };
  }
  await ensureDebianPrograms(realUpPrograms, options);
  const tools = await obtainTools(realUpTools, options);
  return { nodes: "real", ...crds, ...tools, ...(await obtainGateway(plan.gateway, options)) };
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
    return { traefik: await resolveTool("traefik", { ...resolveOptions(options), ...sources }) };
  } catch (error) {
    if (gateway === "required" || !(error instanceof ToolUnavailableError)) throw error;
    return {};
  }
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

/** Obtains the CRDs of every operator whose objects a stack can hold. @throws CrdsUnavailableError */
export async function obtainAllCrds(options: ObtainOptions): Promise<ResolvedTool[]> {
  return Object.values(await obtainCrds(ALL_CRDS, resolveOptions(options)));
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
