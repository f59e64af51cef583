import { coordinatorLog } from "./coordinators.ts";
import { frontDoorLog } from "./front-door.ts";
import type { Instance } from "./instance.ts";
import type { EnvironmentRecord } from "./record.ts";
import { regionStatus } from "./regions.ts";

/**
 * The log file of a source (`front-door` or a region) and, for a region, one of its parts.
 *
 * @throws Error that names the sources and parts there are
 */
export async function findLog(
  instance: Instance,
  { regions }: EnvironmentRecord,
  source: string,
  part: string,
): Promise<string> {
  if (source === "front-door") return frontDoorLog(instance);
  if (!regions.some(({ name }) => name === source)) {
    const allowed = [...regions.map(({ name }) => name), "front-door"].join(", ");
    throw new Error(`There is no ${JSON.stringify(source)} in this environment; allowed are ${allowed}.`);
  }
  if (part === "coordinator") return coordinatorLog(instance, source);
  const status = (await regionStatus(instance)).find(({ name }) => name === source);
  const found = status?.parts.find(({ name }) => name === part);
  if (found !== undefined) return found.logFile;
  const allowed = ["coordinator", ...(status?.parts.map(({ name }) => name) ?? [])].join(", ");
  throw new Error(`Region ${source} has no part ${JSON.stringify(part)}; allowed are ${allowed}.`);
}
