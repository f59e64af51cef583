import { setTimeout as delay } from "node:timers/promises";
import { styleText } from "node:util";
import type { ServiceStatus } from "../process/background-service.ts";
import type { RegionPart, RegionStatus } from "../region/contract.ts";
import { statusOfCoordinator } from "./coordinators.ts";
import { askFrontDoor, statusOfFrontDoor } from "./front-door.ts";
import type { Instance } from "./instance.ts";
import type { EnvironmentRecord } from "./record.ts";
import { regionStatus } from "./regions.ts";
import { areReady, readWorkloads, type Workload } from "./workloads.ts";

/** What something uses right now. */
export interface Usage {
  /** Of one core, in percent. */
  readonly cpuPercent: number;
  readonly memoryBytes: number;
}

/** One region as it is right now. */
export interface RegionReport {
  readonly name: string;
  readonly role: string;
  readonly context: string;
  /** State of its machines or control plane; `existing` when they are not ours. */
  readonly state: "running" | "partial" | "absent" | "existing";
  readonly parts: readonly RegionPart[];
  /** The process that stands in for the coordinator's pods; absent where they are real. */
  readonly coordinator?: ServiceStatus;
  /** Empty when the region does not answer. */
  readonly workloads: readonly Workload[];
  readonly usage: Usage;
}

/** The whole environment as it is right now. */
export interface StatusReport {
  readonly nodes: EnvironmentRecord["nodes"];
  readonly frontDoor: { readonly url: string; readonly state: "up" | "down"; readonly active: string | null };
  readonly regions: readonly RegionReport[];
  /** What all of it uses, the front door included. */
  readonly usage: Usage;
}

/** How long CPU use is measured. */
const MEASURED_MS = 3000;

export async function collectStatus(
  instance: Instance,
  environment: EnvironmentRecord,
): Promise<StatusReport> {
  const before = await lookAt(instance, environment);
  const [workloads, door] = await Promise.all([
    Promise.all(environment.regions.map((region) => readWorkloads(region, environment).catch(() => []))),
    askFrontDoor(environment),
    delay(MEASURED_MS),
  ]);
  const after = await lookAt(instance, environment);
  const regions = environment.regions.map((region, index): RegionReport => {
    const { plane, coordinator, usage } = requireAt(after.regions, index);
    const { name, role, context } = region;
    return {
      name,
      role,
      context,
      state: environment.nodes === "existing" ? "existing" : (plane?.state ?? "absent"),
      parts: plane?.parts ?? [],
      ...(coordinator === undefined ? {} : { coordinator }),
      workloads: requireAt(workloads, index),
      usage: usageBetween(requireAt(before.regions, index).usage, usage, after.at - before.at),
    };
  });
  return {
    nodes: environment.nodes,
    frontDoor: {
      url: `http://127.0.0.1:${environment.frontDoorPort}`,
      state: door === undefined ? "down" : "up",
      active: door?.active ?? null,
    },
    regions,
    usage: usageBetween(before.total, after.total, after.at - before.at),
  };
}

/** CPU seconds used so far, and memory. */
interface Meter {
  readonly cpuSeconds: number;
  readonly bytes: number;
}

async function lookAt(instance: Instance, { regions }: EnvironmentRecord) {
  const [planes, door] = await Promise.all([regionStatus(instance), statusOfFrontDoor(instance)]);
  const looks = await Promise.all(
    regions.map(async ({ name, address }) => {
      const plane = planes.find((each) => each.name === name);
      const coordinator = address === undefined ? undefined : await statusOfCoordinator(instance, name);
      return { plane, coordinator, usage: meterOf(plane, coordinator) };
    }),
  );
  const total = sumOf([...looks.map(({ usage }) => usage), meterOfProcesses([door])]);
  return { at: performance.now(), regions: looks, total };
}

function meterOf(plane: RegionStatus | undefined, coordinator: ServiceStatus | undefined): Meter {
  const { usage, parts = [] } = plane ?? {};
  if (usage !== undefined) return { cpuSeconds: usage.cpuSeconds, bytes: usage.pssBytes };
  return meterOfProcesses(coordinator === undefined ? parts : [...parts, coordinator]);
}

function meterOfProcesses(processes: readonly Pick<RegionPart, "cpuSeconds" | "rssBytes">[]): Meter {
  return sumOf(processes.map(({ cpuSeconds, rssBytes }) => ({ cpuSeconds, bytes: rssBytes })));
}

function sumOf(meters: readonly Meter[]): Meter {
  return {
    cpuSeconds: meters.reduce((sum, { cpuSeconds }) => sum + cpuSeconds, 0),
    bytes: meters.reduce((sum, { bytes }) => sum + bytes, 0),
  };
}

/** Never below zero: a process that was started anew in between begins to count again. */
function usageBetween(before: Meter, after: Meter, ms: number): Usage {
  const cpuPercent = (100 * 1000 * Math.max(0, after.cpuSeconds - before.cpuSeconds)) / ms;
  return { cpuPercent: Math.round(cpuPercent * 10) / 10, memoryBytes: after.bytes };
}

function requireAt<Item>(items: readonly Item[], index: number): Item {
  const item = items[index];
  if (item === undefined) throw new Error(`There is no region number ${index + 1}.`);
  return item;
}

/** Whether everything runs and is ready. */
export function isWhole({ frontDoor, regions }: StatusReport): boolean {
  return (
    frontDoor.state === "up" &&
    regions.every(
      ({ state, coordinator, workloads }) =>
        (state === "running" || state === "existing") &&
        (coordinator === undefined || coordinator.state === "ready") &&
        areReady(workloads),
    )
  );
}

export function renderStatus({ frontDoor, regions, usage }: StatusReport): string {
  const { url, state, active } = frontDoor;
  return [
    `front door  ${mark(state === "up", state)}  ${url}, sends to ${active ?? "no region"}`,
    ...regions.flatMap(renderRegion),
    "",
    `all of it uses ${describeUsage(usage)}, measured over ${MEASURED_MS / 1000} s`,
  ].join("\n");
}

function renderRegion(region: RegionReport): string[] {
  const { name, role, context, state, parts, coordinator, workloads } = region;
  const isUp = state === "running" || state === "existing";
  return [
    "",
    `${styleText("bold", name)}  ${role}, context ${context}, ${mark(isUp, state)}, ${describeUsage(region.usage)}`,
    ...(coordinator === undefined
      ? []
      : [row("coordinator", coordinator.state === "ready", coordinator.state, processFacts(coordinator))]),
    ...parts.map((part) => row(part.name, part.isAlive, part.isAlive ? "alive" : "dead", processFacts(part))),
    ...workloads.map(({ kind, name: workload, ready, wanted }) =>
      row(workload, ready >= wanted, `${ready} of ${wanted} ready`, kind),
    ),
    ...(workloads.length === 0
      ? [`  ${mark(false, "its API server does not answer or nothing is deployed")}`]
      : []),
  ];
}

function row(name: string, good: boolean, state: string, facts: string): string {
  return `  ${name.padEnd(24)} ${mark(good, state)}  ${facts}`;
}

function processFacts({
  pid,
  cpuSeconds,
  rssBytes,
}: Pick<RegionPart, "pid" | "cpuSeconds" | "rssBytes">): string {
  return pid === undefined ? "" : `pid ${pid}, ${mebibytes(rssBytes)}, ${cpuSeconds.toFixed(0)} s of CPU`;
}

function describeUsage({ cpuPercent, memoryBytes }: Usage): string {
  return `${cpuPercent} % of a core, ${mebibytes(memoryBytes)}`;
}

function mark(good: boolean, text: string): string {
  return styleText(good ? "green" : "red", text);
}

function mebibytes(bytes: number): string {
  return `${Math.round(bytes / 1024 ** 2)} MiB`;
}
