import { styleText } from "node:util";
import type { ServiceStatus } from "../process/background-service.ts";
import type { RegionPart } from "../region/contract.ts";
import { statusOfCoordinator } from "./coordinators.ts";
import { askFrontDoor } from "./front-door.ts";
import type { Instance } from "./instance.ts";
import type { EnvironmentRecord } from "./record.ts";
import { regionStatus } from "./regions.ts";
import { areReady, readWorkloads, type Workload } from "./workloads.ts";

/** One region as it is right now. */
export interface RegionReport {
  readonly name: string;
  readonly role: string;
  readonly context: string;
  /** State of its control plane; `existing` when it is not ours. */
  readonly state: "running" | "partial" | "absent" | "existing";
  readonly parts: readonly RegionPart[];
  readonly coordinator: ServiceStatus;
  /** Empty when the region does not answer. */
  readonly workloads: readonly Workload[];
}

/** The whole environment as it is right now. */
export interface StatusReport {
  readonly frontDoor: { readonly url: string; readonly state: "up" | "down"; readonly active: string | null };
  readonly regions: readonly RegionReport[];
  /** What all of it uses: CPU seconds since the start of each process and memory. */
  readonly totals: { readonly cpuSeconds: number; readonly rssBytes: number };
}

export async function collectStatus(
  instance: Instance,
  environment: EnvironmentRecord,
): Promise<StatusReport> {
  const [planes, door] = await Promise.all([regionStatus(instance), askFrontDoor(environment)]);
  const regions = await Promise.all(
    environment.regions.map(async (region): Promise<RegionReport> => {
      const plane = planes.find(({ name }) => name === region.name);
      const [coordinator, workloads] = await Promise.all([
        statusOfCoordinator(instance, region.name),
        readWorkloads(region, environment.tools.kubectl).catch(() => []),
      ]);
      const { name, role, context } = region;
      const state = environment.nodes === "existing" ? "existing" : (plane?.state ?? "absent");
      return { name, role, context, state, parts: plane?.parts ?? [], coordinator, workloads };
    }),
  );
  const processes = regions.flatMap(({ parts, coordinator }) => [...parts, coordinator]);
  return {
    frontDoor: {
      url: `http://127.0.0.1:${environment.frontDoorPort}`,
      state: door === undefined ? "down" : "up",
      active: door?.active ?? null,
    },
    regions,
    totals: {
      cpuSeconds: processes.reduce((sum, { cpuSeconds }) => sum + cpuSeconds, 0),
      rssBytes: processes.reduce((sum, { rssBytes }) => sum + rssBytes, 0),
    },
  };
}

/** Whether everything runs and is ready. */
export function isWhole({ frontDoor, regions }: StatusReport): boolean {
  return (
    frontDoor.state === "up" &&
    regions.every(
      ({ state, coordinator, workloads }) =>
        (state === "running" || state === "existing") && coordinator.state === "ready" && areReady(workloads),
    )
  );
}

export function renderStatus({ frontDoor, regions, totals }: StatusReport): string {
  const { url, state, active } = frontDoor;
  return [
    `front door  ${mark(state === "up", state)}  ${url}, sends to ${active ?? "no region"}`,
    ...regions.flatMap(renderRegion),
    "",
    `all processes: ${mebibytes(totals.rssBytes)}, ${totals.cpuSeconds.toFixed(0)} s of CPU since their start`,
  ].join("\n");
}

function renderRegion({ name, role, context, state, parts, coordinator, workloads }: RegionReport): string[] {
  return [
    "",
    `${styleText("bold", name)}  ${role}, context ${context}, ${mark(state === "running" || state === "existing", state)}`,
    `  ${"coordinator".padEnd(24)} ${mark(coordinator.state === "ready", coordinator.state)}  ${usage(coordinator)}`,
    ...parts.map(
      (part) =>
        `  ${part.name.padEnd(24)} ${mark(part.isAlive, part.isAlive ? "alive" : "dead")}  ${usage(part)}`,
    ),
    ...workloads.map(
      ({ kind, name: workload, ready, wanted }) =>
        `  ${workload.padEnd(24)} ${mark(ready >= wanted, `${ready} of ${wanted} ready`)}  ${kind}`,
    ),
    ...(workloads.length === 0
      ? [`  ${mark(false, "its API server does not answer or nothing is deployed")}`]
      : []),
  ];
}

function usage({ pid, cpuSeconds, rssBytes }: Pick<RegionPart, "pid" | "cpuSeconds" | "rssBytes">): string {
  return pid === undefined ? "" : `pid ${pid}, ${mebibytes(rssBytes)}, ${cpuSeconds.toFixed(0)} s of CPU`;
}

function mark(good: boolean, text: string): string {
  return styleText(good ? "green" : "red", text);
}

function mebibytes(bytes: number): string {
  return `${Math.round(bytes / 1024 ** 2)} MiB`;
}
