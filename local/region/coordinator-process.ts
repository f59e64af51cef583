import { PATHS } from "../../agent-runtime/src/contract.ts";
import { type EnsureOptions, ensureService, type ServiceOutcome } from "../process/background-service.ts";
import { mountFolder, type PlanOptions, planProcess } from "./coordinator-plan.ts";
import type { OverlayEntry } from "./host-overlay.ts";
import { writeMounts } from "./mounted-files.ts";

export interface StartCoordinatorOptions extends PlanOptions, Omit<EnsureOptions, "signal"> {
  logFile: string;
}

/** The host process that stands in for the coordinator's pods of a region with simulated nodes. */
export interface CoordinatorProcess {
  region: string;
  pid: number;
  httpUrl: string;
  metricsUrl: string;
  logFile: string;
  /** How its environment differs from the pod's; to be shown to the user. */
  overlay: OverlayEntry[];
  outcome: ServiceOutcome;
}

/**
 * Runs the coordinator of a region as a background process with the environment of its Deployment plus the overlay.
 * One that runs with just this configuration and bundle and is ready is left alone; a changed one is drained and
 * started again, a dead one is started.
 * @throws if the Deployment's configuration is incomplete, or the process ends or does not become ready in time.
 */
export async function startCoordinator(options: StartCoordinatorOptions): Promise<CoordinatorProcess> {
  const { region, folder, logFile } = options;
  const { env, mounts, graceMs, fingerprint, httpUrl, metricsUrl, overlay } = await planProcess(options);
  const service = {
    name: `coordinator of ${region.name}`,
    folder,
    file: process.execPath,
    args: [options.bundle],
    env,
    logFile,
    fingerprint,
    readyUrl: `${httpUrl}${PATHS.ready}`,
    graceMs,
    prepare: () => writeMounts(mountFolder(folder), mounts),
  };
  const { pid, outcome } = await ensureService(service, options);
  return { region: region.name, pid, httpUrl, metricsUrl, logFile, overlay, outcome };
}
