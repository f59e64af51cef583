import path from "node:path";
import { ensureFrontDoor, type FrontDoorProcess } from "../front-door/front-door-process.ts";
import { type FrontDoorStatus, STATUS_PATH } from "../front-door/status.ts";
import { type ServiceStatus, serviceStatus, stopService } from "../process/background-service.ts";
import type { Instance } from "./instance.ts";
import type { EnvironmentRecord } from "./record.ts";

/** Time that open requests get when the environment is taken down, in milliseconds. */
const DOWN_GRACE_MS = 3000;

/** Starts the front door over the coordinators of the environment. */
export async function startFrontDoor(
  instance: Instance,
  { regions, frontDoorPort }: EnvironmentRecord,
  signal: AbortSignal,
): Promise<FrontDoorProcess> {
  const settings = {
    port: frontDoorPort,
    regions: regions.map(({ name, role, endpoints }) => ({ name, role, endpoints })),
  };
  return await ensureFrontDoor({ folder: folderOf(instance), logFile: frontDoorLog(instance) }, settings, {
    signal,
  });
}

export async function closeFrontDoor(instance: Instance): Promise<void> {
  await stopService(folderOf(instance), { graceMs: DOWN_GRACE_MS });
}

/** What the front door says of itself, or undefined when it does not answer. */
export async function askFrontDoor({
  frontDoorPort,
}: Pick<EnvironmentRecord, "frontDoorPort">): Promise<FrontDoorStatus | undefined> {
  try {
    const response = await fetch(`http://127.0.0.1:${frontDoorPort}${STATUS_PATH}`, {
      signal: AbortSignal.timeout(2000),
    });
    return response.ok ? ((await response.json()) as FrontDoorStatus) : undefined;
  } catch {
    return undefined;
  }
}

/** The process of the front door. */
export async function statusOfFrontDoor(instance: Instance): Promise<ServiceStatus> {
  return await serviceStatus(folderOf(instance));
}

export function frontDoorLog({ logsDir }: Instance): string {
  return path.join(logsDir, "front-door.log");
}

function folderOf({ stateDir }: Instance): string {
  return path.join(stateDir, "front-door");
}
