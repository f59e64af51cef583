import { mkdir, rm } from "node:fs/promises";
import path from "node:path";
import { setTimeout as delay } from "node:timers/promises";
import type { RegionProgress, RegionsPlace } from "../contract.ts";
import type { Kubectl } from "../kubectl.ts";
import { offerVolumes, type ReadyMadeVolume, storageClass, volumesOf } from "../ready-made-volumes.ts";
import { clusterDns } from "./addons/cluster-dns.ts";
import { metricsServer } from "./addons/metrics-server.ts";
import { type Machine, runOn, switchedOnAt } from "./machine.ts";
import { type Command, MACHINE_ROOT } from "./machine-plan.ts";
import { regionKubectl } from "./real.ts";
import { layOut, type RegionLayout, readTopology } from "./topology.ts";
import { IMAGES_TAINT } from "./worker-plan.ts";

/** An image as one file, and the reference by which manifests name it. */
export interface WorkerImage {
  readonly reference: string;
  /** OCI layout in a tar file. */
  readonly archive: string;
}

export interface EquipOptions extends RegionsPlace {
  /** Images that every worker gets. */
  readonly images: readonly WorkerImage[];
  /** References of the programs that every region runs in pods. */
  readonly programs: { readonly coredns: string; readonly "metrics-server": string };
  /** Path of the program. */
  readonly kubectl: string;
  readonly onProgress?: RegionProgress | undefined;
  readonly signal?: AbortSignal | undefined;
}

/**
 * Gives every region that runs what its pods need: images, volumes, names and metrics. What is there already is left
 * alone. Workers take pods from then on.
 *
 * @throws Error if an image cannot be loaded or a worker does not become ready
 */
export async function equipRegions(options: EquipOptions): Promise<void> {
  const topology = await readTopology(options);
  if (topology === undefined) throw new Error("There are no regions to equip: start them first.");
  const work = layOut(options, topology).map((region) => equipRegion(region, options));
  for (const result of await Promise.allSettled(work)) {
    if (result.status === "rejected") throw result.reason;
  }
}

async function equipRegion(region: RegionLayout, options: EquipOptions): Promise<void> {
  const { programs, signal } = options;
  const kubectl = regionKubectl(region, options.kubectl);
  const say = (step: string) => options.onProgress?.(region.name, step);
  await Promise.all(region.workers.map((worker) => loadImages(worker, options.images, say, signal)));
  say("applying names, metrics and volumes");
  await kubectl.apply(
    [
      storageClass,
      ...clusterDns(programs.coredns, region.addresses.dnsService),
      ...metricsServer(programs["metrics-server"]),
    ],
    { signal },
  );
  await offerWorkerVolumes(region, kubectl, signal);
  say("waiting for its workers");
  await Promise.all(region.workers.map((worker) => admitPods(worker, kubectl, signal)));
}

const SOCKET_TIMEOUT_MS = 30_000;
const POLL_MS = 100;

/** Gives a worker the images that it does not have yet. @throws Error with what containerd says */
export async function loadImages(
  worker: Machine,
  images: readonly WorkerImage[],
  say: (step: string) => void = () => undefined,
  signal?: AbortSignal,
): Promise<void> {
  const ctr = (...args: string[]): Command => ["ctr", "--namespace", "k8s.io", "images", ...args];
  const present = new Set(
    (await untilListening(() => runOn(worker, ctr("list", "--quiet"), signal), signal)).split("\n"),
  );
  for (const { reference, archive } of images) {
    if (present.has(reference)) continue;
    say(`loading ${reference.split("@")[0]} into ${worker.name}`);
    await runOn(worker, ctr("import", archive), signal);
  }
}

/** containerd listens a moment after its machine was switched on. */
async function untilListening<Result>(
  call: () => Promise<Result>,
  signal: AbortSignal | undefined,
): Promise<Result> {
  const deadline = Date.now() + SOCKET_TIMEOUT_MS;
  for (;;) {
    try {
      return await call();
    } catch (error) {
      signal?.throwIfAborted();
      if (Date.now() > deadline) throw error;
      await delay(POLL_MS);
    }
  }
}

/** Folder of the ready-made volumes within a machine's own folder. */
const VOLUMES_FOLDER = "volumes";

async function offerWorkerVolumes(
  region: RegionLayout,
  kubectl: Kubectl,
  signal: AbortSignal | undefined,
): Promise<void> {
  const onHost = ({ node, path: inMachine }: ReadyMadeVolume) => {
    const worker = region.workers.find(({ name }) => name === node);
    return path.join(worker?.folder ?? "", path.relative(MACHINE_ROOT, inMachine));
  };
  const volumes = region.workers.flatMap(({ name }) => volumesOf(name, `${MACHINE_ROOT}/${VOLUMES_FOLDER}`));
  const make = (volume: ReadyMadeVolume) => mkdir(onHost(volume), { recursive: true, mode: 0o755 });
  await Promise.all(volumes.map(make));
  await offerVolumes(volumes, kubectl, {
    erase: async (volume) => {
      await rm(onHost(volume), { recursive: true, force: true });
      await make(volume);
    },
    signal,
  });
}

const READY_TIMEOUT_MS = 90_000;

/** Waits until the worker's kubelet reports it ready, then lets pods on it. */
async function admitPods(worker: Machine, kubectl: Kubectl, signal: AbortSignal | undefined): Promise<void> {
  const { name } = worker;
  const deadline = Date.now() + READY_TIMEOUT_MS;
  const since = Math.max(Date.now() - LEASE_AGE_MS, await switchedOnAt(worker));
  while (!(await isReady(name, kubectl, since, signal))) {
    signal?.throwIfAborted();
    if (Date.now() > deadline) {
      throw new Error(
        `The worker ${name} is not ready after ${READY_TIMEOUT_MS / 1000} s. ` +
          `Its log: npm run logs -- ${name.replace(/-worker-\d+$/, "")} kubelet-${name.split("-").at(-1)}`,
      );
    }
    await delay(POLL_MS * 2);
  }
  // Absent on a worker that had its images before, which kubectl reports as a failure.
  await kubectl.run(["taint", "nodes", name, `${IMAGES_TAINT.key}-`], { signal }).catch((error: unknown) => {
    if (!String(error).includes("not found")) throw error;
  });
}

/** After a power-on the node still says Ready from before; only a lease renewed since tells that somebody is there. */
async function isReady(
  node: string,
  kubectl: Kubectl,
  since: number,
  signal: AbortSignal | undefined,
): Promise<boolean> {
  const template = '{.status.conditions[?(@.type=="Ready")].status}';
  const read = (args: string[]) => kubectl.run(args, { signal }).catch(() => "");
  const [ready, renewed] = await Promise.all([
    read(["get", "node", node, "-o", `jsonpath=${template}`]),
    read(["get", "lease", node, "-n", "kube-node-lease", "-o", "jsonpath={.spec.renewTime}"]),
  ]);
  return ready === "True" && Date.parse(renewed) >= since;
}

/** A kubelet that is alive renews its lease four times in its 20 s. */
const LEASE_AGE_MS = 6000;
