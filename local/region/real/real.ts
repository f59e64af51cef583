import { readFile, rm } from "node:fs/promises";
import path from "node:path";
import { setTimeout as delay } from "node:timers/promises";
import { pssBytesOf } from "../../process/process-facts.ts";
import type {
  RegionCluster,
  RegionPart,
  RegionStatus,
  RegionsPlace,
  RegionUsage,
  StartRegionsOptions,
} from "../contract.ts";
import { type ListedCluster, writeKubeconfig } from "../kubeconfig.ts";
import { Kubectl } from "../kubectl.ts";
import { MAX_REGIONS, MAX_WORKERS } from "./address-plan.ts";
import { Authority } from "./authority.ts";
import { cpuSecondsOf, processesOf } from "./control-groups.ts";
import {
  apiServerUrl,
  type ControlPlaneTools,
  controlPlanePlan,
  controlPlaneToolNames,
  writeControlPlaneFiles,
} from "./control-plane-plan.ts";
import { requireFileWatches } from "./file-watches.ts";
import { addBridge, ensureBridge, freeBlocks, removeBridge } from "./host-network.ts";
import { isOn, type Machine, machineParts, powerOn, removeMachine, runsAsPlanned } from "./machine.ts";
import { layOut, type RegionLayout, readTopology, type Topology, writeTopology } from "./topology.ts";
import { type WorkerTools, workerPlan, workerToolNames, writeWorkerFiles } from "./worker-plan.ts";

/** Programs that a region of real pods is made of, from the toolchain. */
export const realRegionToolNames = [...controlPlaneToolNames, ...workerToolNames, "kubectl"] as const;

export type RealRegionTools = ControlPlaneTools &
  WorkerTools & { readonly kubectl: { readonly path: string } };

export interface StartRealRegionsOptions extends StartRegionsOptions<RealRegionTools> {
  /** Workers of each region: 1 to {@link MAX_WORKERS}. They can be added later, not taken away. */
  readonly workers: number;
  /** Name of the environment among others of this host. */
  readonly instance: string;
  /** Reference of the image that holds a pod's namespaces. */
  readonly pauseImage: string;
}

const SERVICES = {
  controlPlane: controlPlaneToolNames,
  worker: ["containerd", ...workerToolNames],
} as const;

/**
 * Brings up one Kubernetes cluster per region whose pods are real: a control-plane machine and workers, each a tree of
 * processes in namespaces of its own, joined by a bridge of this host. A machine that is off is switched on with what
 * it had on disk, one that was planned otherwise (such as by another version of this repository) is restarted.
 *
 * When it returns every API server answers; workers take pods once `equipRegions` has given them their images.
 *
 * @throws Error if a machine does not come up, with the end of its log, or if `signal` is aborted
 */
export async function startRealRegions(options: StartRealRegionsOptions): Promise<RegionCluster[]> {
  const topology = await ensureTopology(options);
  const regions = layOut(options, topology);
  await requireFileWatches({
    controlPlanes: await countOff(regions.map(({ controlPlane }) => controlPlane)),
    workers: await countOff(regions.flatMap(({ workers }) => workers)),
  });
  const clusters = await settleAll(regions.map((region) => startRegion(region, topology, options)));
  await writeKubeconfig(
    options.kubeconfig,
    regions.map((region) => listed(region)),
  );
  return clusters;
}

async function countOff(machines: readonly Machine[]): Promise<number> {
  const states = await Promise.all(machines.map(isOn));
  return states.filter((on) => !on).length;
}

/** Waits for all before it fails with the first failure: nothing goes on behind the caller's back. */
async function settleAll<Result>(work: readonly Promise<Result>[]): Promise<Result[]> {
  const results = await Promise.allSettled(work);
  return results.map((result) => {
    if (result.status === "rejected") throw result.reason;
    return result.value;
  });
}

async function ensureTopology(options: StartRealRegionsOptions): Promise<Topology> {
  const { names, workers, instance } = options;
  requireSizes(names.length, workers);
  const kept = await readTopology(options);
  if (kept === undefined) {
    for (const block of await freeBlocks()) {
      // Whoever switches a machine off ends everybody in its group: the block keeps environments of one name apart.
      const group = `claude-agents/${instance}-${block}`;
      const topology = { block, group, regions: [...names], workers };
      // Written first: an interrupted run leaves nothing that `down` does not know of.
      await writeTopology(options, topology);
      if (await addBridge(block)) return topology;
    }
    throw new Error(
      "This host has routes into every network that an environment could use (10.96.0.0/16 to 10.126.0.0/16), be it of " +
        "other environments or of a VPN. Take an environment down, or use --nodes simulated.",
    );
  }
  if (kept.regions.join() !== names.join()) {
    throw new Error(
      `The environment has the regions ${kept.regions.join(", ")}; ${names.join(", ")} were asked for. ` +
        "Take it down first (npm run down).",
    );
  }
  if (workers < kept.workers) {
    throw new Error(
      `The environment has ${kept.workers} workers a region; ${workers} were asked for. Workers can be added, not taken ` +
        `away: use --workers ${kept.workers} or more, or take it down first (npm run down).`,
    );
  }
  const topology = { ...kept, workers };
  await writeTopology(options, topology);
  await ensureBridge(kept.block);
  return topology;
}

function requireSizes(regions: number, workers: number): void {
  if (regions > MAX_REGIONS) {
    throw new Error(
      `The stack has ${regions} regions; at most ${MAX_REGIONS} of real pods fit on one machine.`,
    );
  }
  if (!Number.isInteger(workers) || workers < 1 || workers > MAX_WORKERS) {
    throw new Error(`${workers} workers a region were asked for; allowed are 1 to ${MAX_WORKERS}.`);
  }
}

async function startRegion(
  region: RegionLayout,
  topology: Topology,
  options: StartRealRegionsOptions,
): Promise<RegionCluster> {
  const { signal } = options;
  const say = (step: string) => options.onProgress?.(region.name, step);
  const isNew = !(await exists(path.join(region.folder, "pki", "ca.crt")));
  say("switching on its machines");
  const plans = await writeFiles(region, topology, options);
  let started = 0;
  for (const [machine, plan] of plans) {
    signal?.throwIfAborted();
    if (await runsAsPlanned(machine, plan)) continue;
    await powerOn(machine, plan);
    started += 1;
  }
  say("waiting for its API server");
  await writeKubeconfig(adminConfig(region), [listed(region)]);
  await waitForApi(region, options);
  return {
    name: region.name,
    context: region.name,
    kubeconfig: options.kubeconfig,
    nodes: "real",
    workerAddresses: region.workers.map(({ address }) => address),
    outcome: isNew ? "created" : started > 0 ? "repaired" : "unchanged",
  };
}

/** Writes what each machine needs before it is switched on, and returns what it is to run. */
async function writeFiles(
  region: RegionLayout,
  { block }: Topology,
  { tools, pauseImage }: StartRealRegionsOptions,
) {
  const authority = await Authority.open(path.join(region.folder, "pki"), `${region.name}-authority`);
  const common = { region: region.name, block, addresses: region.addresses, authority, tools };
  const controlPlane = { ...common, folder: region.controlPlane.folder };
  await writeControlPlaneFiles(controlPlane);
  const plans = new Map([[region.controlPlane, controlPlanePlan(controlPlane)]]);
  for (const [index, machine] of region.workers.entries()) {
    const { folder, controlGroup } = machine;
    const worker = { ...common, number: index + 1, folder, controlGroup, pauseImage };
    await writeWorkerFiles(worker);
    plans.set(machine, workerPlan(worker));
  }
  return plans;
}

const API_TIMEOUT_MS = 90_000;
const POLL_MS = 200;

async function waitForApi(region: RegionLayout, { tools, signal }: StartRealRegionsOptions): Promise<void> {
  const kubectl = regionKubectl(region, tools.kubectl.path);
  const deadline = Date.now() + API_TIMEOUT_MS;
  for (;;) {
    signal?.throwIfAborted();
    try {
      await kubectl.run(["get", "--raw", "/readyz", "--request-timeout", "2s"], { signal });
      return;
    } catch (error) {
      // A machine that is off again has failed to prepare itself.
      if (Date.now() < deadline && (await isOn(region.controlPlane))) await delay(POLL_MS);
      else
        throw new Error(`The API server of ${region.name} does not answer: ${await whyNot(region, error)}`);
    }
  }
}

async function whyNot({ controlPlane }: RegionLayout, error: unknown): Promise<string> {
  const logs = ["machine", "etcd", "kube-apiserver"].map((name) =>
    path.join(controlPlane.folder, "log", `${name}.log`),
  );
  const ends = await Promise.all(
    logs.map(async (file) => {
      const text = await readFile(file, "utf8").catch(() => "");
      return `${file} ends with:\n${text.trim().split("\n").slice(-5).join("\n")}`;
    }),
  );
  return [String(error), ...ends].join("\n");
}

/** kubectl with the region's own administrator, whether or not the environment's kubeconfig lists the region already. */
export function regionKubectl(region: RegionLayout, kubectl: string): Kubectl {
  return new Kubectl({ kubectl, kubeconfig: adminConfig(region), context: region.name });
}

function adminConfig({ folder }: RegionLayout): string {
  return path.join(folder, "kubeconfig.yaml");
}

function listed({ name, addresses, controlPlane }: RegionLayout): ListedCluster {
  return { context: name, server: apiServerUrl(addresses), pkiDir: path.join(controlPlane.folder, "pki") };
}

/**
 * Powers off every machine of the environment and removes its files, its network and its control groups; the host is
 * then as it was before.
 */
export async function stopRealRegions(place: RegionsPlace): Promise<void> {
  const topology = await readTopology(place);
  if (topology === undefined) return;
  const machines = layOut(place, { ...topology, workers: MAX_WORKERS }).flatMap(machinesOf);
  await settleAll(machines.map(removeMachine));
  await removeBridge(topology.block);
  await rm(place.workDir, { recursive: true, force: true });
  await rm(place.kubeconfig, { force: true });
}

/** The machines of every region and what runs on them. */
export async function statusOfRealRegions(place: RegionsPlace): Promise<RegionStatus[]> {
  const topology = await readTopology(place);
  if (topology === undefined) return [];
  return await Promise.all(
    layOut(place, topology).map(async (region): Promise<RegionStatus> => {
      const parts = await partsOf(region);
      const state = parts.every(({ isAlive }) => isAlive) ? "running" : "partial";
      return { name: region.name, nodes: "real", state, parts, usage: await usageOf(region) };
    }),
  );
}

async function partsOf({ controlPlane, workers }: RegionLayout): Promise<RegionPart[]> {
  const lists = await Promise.all([
    machineParts(controlPlane, SERVICES.controlPlane),
    ...workers.map((worker, index) =>
      machineParts(worker, SERVICES.worker, (service) => `${service}-${index + 1}`),
    ),
  ]);
  return lists.flat();
}

async function usageOf(region: RegionLayout): Promise<RegionUsage> {
  const groups = machinesOf(region).map(({ controlGroup }) => controlGroup);
  const pids = (await Promise.all(groups.map(processesOf))).flat();
  const [pss, cpu] = await Promise.all([
    Promise.all(pids.map(pssBytesOf)),
    Promise.all(groups.map(cpuSecondsOf)),
  ]);
  return { cpuSeconds: sum(cpu), pssBytes: sum(pss) };
}

function sum(numbers: readonly number[]): number {
  return numbers.reduce((total, number) => total + number, 0);
}

function machinesOf({ controlPlane, workers }: RegionLayout) {
  return [controlPlane, ...workers];
}

async function exists(file: string): Promise<boolean> {
  return (await readFile(file).catch(() => undefined)) !== undefined;
}
