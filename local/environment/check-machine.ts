import { PORTS } from "../../agent-runtime/src/contract.ts";
import { type PreflightNeeds, preflight } from "../preflight/preflight.ts";
import { defaultCacheDir } from "../toolchain/cache.ts";
import { type DebianProgram, missingPrograms } from "../toolchain/debian-packages.ts";
import { inspectTools } from "../toolchain/inspect.ts";
import { minimumGoVersion, type ToolName } from "../toolchain/tools.ts";
import { statusOfCoordinator } from "./coordinators.ts";
import { askFrontDoor } from "./front-door.ts";
import type { Instance } from "./instance.ts";
import type { EnvironmentPlan } from "./plan.ts";
import { realUpPrograms, realUpTools, simulatedUpTools } from "./tools.ts";

const GIB = 1024 ** 3;

/** Memory in bytes that `up` and two regions may use, by the kind of their nodes. */
export const MEMORY_BYTES = { real: 3.5 * GIB, simulated: 2.5 * GIB, existing: 2 * GIB } as const;

/** Memory in bytes that compiling the tools takes. */
const BUILD_MEMORY_BYTES = 3 * GIB;

/**
 * Looks for everything that would make `up` fail late. Returns one line for the progress list.
 *
 * @throws PreflightError that lists what is missing, each with its fix
 */
export async function checkMachine(instance: Instance, plan: EnvironmentPlan): Promise<string> {
  const cacheDir = defaultCacheDir();
  const isReal = plan.nodes === "real";
  const reports = await inspectTools(toolsOf(plan), { cacheDir });
  const missing = reports.flatMap((report) =>
    report.state === "missing" ? [{ name: report.name, estimateSeconds: report.estimateSeconds }] : [],
  );
  const mustBuild = missing.length > 0;
  const { findings, estimateMinutes } = await preflight({
    folders: [
      { path: instance.stateDir, bytes: stateBytes(plan), purpose: "the environment's state" },
      { path: cacheDir, bytes: mustBuild ? 12 * GIB : 0, purpose: "the tool cache" },
    ],
    memoryBytes: Math.max(mustBuild ? BUILD_MEMORY_BYTES : 0, MEMORY_BYTES[plan.nodes]),
    endpoints: await endpointsToTake(instance, plan),
    missingTools: missing,
    minimumGoVersion,
  });
  const packages = isReal ? await missingPrograms(realUpPrograms) : [];
  const warnings = findings.map(({ message, fix }) => `${message} ${fix}`);
  const outlook = mustBuild
    ? `${missing.length} tools to obtain, up to ${estimateMinutes} min where they must be built`
    : "ready";
  return [outlook, ...packageNote(packages), ...warnings].join("; ");
}

/** A gateway controller that nobody asked for is no reason to wait, so it is not counted. */
function toolsOf({ nodes, gateway }: EnvironmentPlan): readonly ToolName[] {
  if (nodes !== "real") return simulatedUpTools;
  return gateway === "required" ? [...realUpTools, "traefik"] : realUpTools;
}

function packageNote(missing: readonly DebianProgram[]): string[] {
  if (missing.length === 0) return [];
  const names = [...new Set(missing.map((each) => each.package))].sort();
  return [`Debian packages to install: ${names.join(", ")}`];
}

/** Every worker of real nodes keeps the images twice: as they came and unpacked. */
function stateBytes({ nodes, workers = 1, regions }: EnvironmentPlan): number {
  return nodes === "real" ? (1 + workers * regions.length) * GIB : GIB;
}

/** Addresses that are not served by this very environment yet. */
async function endpointsToTake(
  instance: Instance,
  plan: EnvironmentPlan,
): Promise<PreflightNeeds["endpoints"]> {
  const ofRegions = await Promise.all(
    plan.regions.map(async ({ name, address }) => {
      if (address === undefined) return [];
      const { pid } = await statusOfCoordinator(instance, name);
      if (pid !== undefined) return [];
      return Object.values(PORTS).map((port) => ({
        host: address,
        port,
        purpose: `the coordinator of ${name}`,
      }));
    }),
  );
  const { frontDoorPort: port } = plan;
  const isOurs = (await askFrontDoor(plan)) !== undefined;
  return [
    ...ofRegions.flat(),
    ...(isOurs ? [] : [{ host: "127.0.0.1", port, purpose: "the front door (CLAUDE_AGENTS_PORT)" }]),
  ];
}
