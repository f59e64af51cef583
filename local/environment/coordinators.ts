import path from "node:path";
import { type ServiceStatus, serviceStatus, stopService } from "../process/background-service.ts";
import { type CoordinatorProcess, startCoordinator } from "../region/coordinator-process.ts";
import type { Instance } from "./instance.ts";
import type { EnvironmentRecord } from "./record.ts";
import type { ObtainOptions } from "./tools.ts";

/** Time that open turns get when the environment is taken down, in milliseconds. */
const DOWN_GRACE_MS = 5000;

/** Runs the coordinator of each region whose pods are not real as a host process on the region's loopback address. */
export async function startCoordinators(
  instance: Instance,
  { regions, tools }: EnvironmentRecord,
  bundle: string,
  { onProgress, signal }: ObtainOptions,
): Promise<CoordinatorProcess[]> {
  return await Promise.all(
    standIns(regions).map((region) =>
      startCoordinator({
        region,
        kubectl: tools.kubectl,
        address: region.address,
        bundle,
        folder: coordinatorFolder(instance, region.name),
        logFile: coordinatorLog(instance, region.name),
        onProgress: (step) => onProgress(`${region.name}: ${step}`),
        signal,
      }),
    ),
  );
}

/** The regions in which a process stands in for pods. */
function standIns(regions: EnvironmentRecord["regions"]) {
  return regions.flatMap(({ address, ...region }) => (address === undefined ? [] : [{ ...region, address }]));
}

/** Ends the coordinators that run. Open turns get a few seconds. */
export async function stopCoordinators(instance: Instance, { regions }: EnvironmentRecord): Promise<void> {
  await Promise.all(
    standIns(regions).map(({ name }) =>
      stopService(coordinatorFolder(instance, name), { graceMs: DOWN_GRACE_MS }),
    ),
  );
}

export async function statusOfCoordinator(instance: Instance, region: string): Promise<ServiceStatus> {
  return await serviceStatus(coordinatorFolder(instance, region));
}

/** The log of a region's coordinator: JSON lines. */
export function coordinatorLog({ logsDir }: Instance, region: string): string {
  return path.join(logsDir, `${region}-coordinator.log`);
}

function coordinatorFolder({ stateDir }: Instance, region: string): string {
  return path.join(stateDir, "coordinators", region);
}
