import { PORTS } from "../../agent-runtime/src/contract.ts";
import { type PreflightNeeds, preflight } from "../preflight/preflight.ts";
import { defaultCacheDir } from "../toolchain/cache.ts";
import { inspectTools } from "../toolchain/inspect.ts";
import { minimumGoVersion } from "../toolchain/tools.ts";
import { statusOfCoordinator } from "./coordinators.ts";
import { askFrontDoor } from "./front-door.ts";
import type { Instance } from "./instance.ts";
import type { EnvironmentPlan } from "./plan.ts";
import { toolsOfUp } from "./tools.ts";

const GIB = 1024 ** 3;

/**
 * Looks for everything that would make `up` fail late. Returns one line for the progress list.
 *
 * @throws PreflightError that lists what is missing, each with its fix
 */
export async function checkMachine(instance: Instance, plan: EnvironmentPlan): Promise<string> {
  const cacheDir = defaultCacheDir();
  const reports = await inspectTools(toolsOfUp, { cacheDir });
  const missing = reports.flatMap((report) =>
    report.state === "missing" ? [{ name: report.name, estimateSeconds: report.estimateSeconds }] : [],
  );
  const mustBuild = missing.length > 0;
  const { findings, estimateMinutes } = await preflight({
    folders: [
      { path: instance.stateDir, bytes: GIB, purpose: "the environment's state" },
      { path: cacheDir, bytes: mustBuild ? 12 * GIB : 0, purpose: "the tool cache" },
    ],
    memoryBytes: (mustBuild ? 3 : 1.5) * GIB,
    endpoints: await endpointsToTake(instance, plan),
    missingTools: missing,
    minimumGoVersion,
  });
  const warnings = findings.map(({ message, fix }) => `${message} ${fix}`);
  const outlook = mustBuild
    ? `${missing.length} tools to obtain, up to ${estimateMinutes} min where they must be built`
    : "ready";
  return [outlook, ...warnings].join("; ");
}

/** Addresses that are not served by this very environment yet. */
async function endpointsToTake(
  instance: Instance,
  plan: EnvironmentPlan,
): Promise<PreflightNeeds["endpoints"]> {
  const ofRegions = await Promise.all(
    plan.regions.map(async ({ name, address }) => {
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
