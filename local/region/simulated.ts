import { rm, rmdir } from "node:fs/promises";
import path from "node:path";
import {
  type ClusterFolder,
  type ClusterPorts,
  clusterFolder,
  listClusterFolders,
  readCompleted,
  writeCompleted,
} from "./cluster-folder.ts";
import type {
  RegionBackend,
  RegionCluster,
  RegionStatus,
  RegionsPlace,
  StartOutcome,
  StartRegionsOptions,
} from "./contract.ts";
import { isHealthy, listParts, missingParts } from "./control-plane.ts";
import { type ListedCluster, writeKubeconfig } from "./kubeconfig.ts";
import { Kubectl } from "./kubectl.ts";
import { createControlPlane, finishKwokctl, removeControlPlane, repairControlPlane } from "./kwokctl.ts";
import type { SimulatedRegionTools } from "./kwokctl-config.ts";
import { offerVolumes } from "./ready-made-volumes.ts";
import { simulatedVolumes } from "./simulated-objects.ts";
import { prepareRegion, takeOverNodes } from "./simulated-setup.ts";

export interface StartSimulatedRegionsOptions extends StartRegionsOptions<SimulatedRegionTools> {
  /** kubeconfig contexts by region; a region without one has a context of its own name. */
  contexts?: Readonly<Record<string, string>> | undefined;
}

/**
 * Brings up one Kubernetes control plane per region with three simulated nodes in three zones: real API server,
 * controllers and scheduler, pretended containers. Pods become Ready; no container runs, and there are no CPU and
 * memory metrics, so autoscalers keep their minimum. A healthy region is left alone, a crashed one is repaired on its
 * data, a half-made one is made again.
 *
 * @throws if a region cannot be started, naming the part and the end of its log, or if `signal` is aborted.
 */
export async function startSimulatedRegions(options: StartSimulatedRegionsOptions): Promise<RegionCluster[]> {
  for (const name of options.names) validateName(name);
  // The slow part is waiting for processes, so two regions side by side take hardly longer than one.
  const results = await Promise.allSettled(options.names.map((name) => startRegion(name, options)));
  await listRegions(options);
  return results.map((result) => {
    if (result.status === "rejected") throw result.reason;
    return result.value;
  });
}

/**
 * Ends every process of every region under `workDir` and removes their files and the kubeconfig; nothing else is
 * touched, and `workDir` itself goes only if nothing else lies in it.
 */
export async function stopSimulatedRegions(place: RegionsPlace): Promise<void> {
  const folders = await listClusterFolders(place.workDir);
  await Promise.all(folders.map((folder) => removeControlPlane(folder)));
  await Promise.all(
    [place.kubeconfig, kubectlCacheDir(place)].map((file) => rm(file, { recursive: true, force: true })),
  );
  await removeIfEmpty(path.join(place.workDir, "clusters"));
  await removeIfEmpty(place.workDir);
}

async function removeIfEmpty(folder: string): Promise<void> {
  await rmdir(folder).catch((error: NodeJS.ErrnoException) => {
    if (error.code !== "ENOENT" && error.code !== "ENOTEMPTY") throw error;
  });
}

/** The regions under `workDir` and their processes. */
export async function statusOfRegions(place: Pick<RegionsPlace, "workDir">): Promise<RegionStatus[]> {
  const folders = await listClusterFolders(place.workDir);
  return await Promise.all(
    folders.map(async (folder) => {
      const [completed, parts] = await Promise.all([readCompleted(folder), listParts(folder)]);
      const isWhole = completed !== undefined && parts.every((part) => part.isAlive);
      const state = isWhole ? "running" : "partial";
      return { name: folder.region, nodes: "simulated", state, parts } satisfies RegionStatus;
    }),
  );
}

/** Regions of simulated nodes, behind the contract that all kinds of regions share. */
export const simulatedRegions: RegionBackend<SimulatedRegionTools> = {
  nodes: "simulated",
  start: startSimulatedRegions,
  stop: stopSimulatedRegions,
  status: statusOfRegions,
};

function validateName(name: string): void {
  if (/^[a-z]([a-z0-9-]{0,38}[a-z0-9])?$/.test(name)) return;
  throw new Error(
    `Region name ${JSON.stringify(name)} cannot be used: allowed are 1 to 40 lower-case letters, digits and dashes, ` +
      "starting with a letter and not ending with a dash.",
  );
}

async function startRegion(name: string, options: StartSimulatedRegionsOptions): Promise<RegionCluster> {
  const folder = clusterFolder(options.workDir, name);
  const context = options.contexts?.[name] ?? name;
  await finishKwokctl(folder);
  const outcome = await makeOrRepair(folder, context, options);
  await writeContext(folder, context);
  return { name, context, kubeconfig: options.kubeconfig, nodes: "simulated", workerAddresses: [], outcome };
}

async function makeOrRepair(
  folder: ClusterFolder,
  context: string,
  options: StartSimulatedRegionsOptions,
): Promise<StartOutcome> {
  const { tools, signal } = options;
  const kubectl = kubectlOf(folder, tools);
  const say = (step: string) => options.onProgress?.(folder.region, step);
  const completed = await readCompleted(folder);
  if (completed === undefined) {
    const ports = await createWithRetry(folder, options, say);
    say("adding three simulated nodes and their volumes");
    await prepareRegion(folder.region, kubectl, signal);
    await writeCompleted(folder, { context, ports });
    return "created";
  }
  const missing = await missingParts(folder);
  const isSound = missing.length === 0 && (await isHealthy(completed.ports));
  if (!isSound) {
    say(`repairing ${missing.length === 0 ? "the control plane" : missing.join(", ")}`);
    await repairControlPlane(folder, completed.ports, tools, signal);
    await takeOverNodes(folder.region, kubectl, signal);
  }
  await offerVolumes(simulatedVolumes(folder.region), kubectl, { signal });
  return isSound ? "unchanged" : "repaired";
}

/** Tries twice: between being found free and being used a port may be taken by somebody else. */
async function createWithRetry(
  folder: ClusterFolder,
  { tools, signal }: StartSimulatedRegionsOptions,
  say: (step: string) => void,
): Promise<ClusterPorts> {
  await removeControlPlane(folder);
  say("starting the control plane");
  try {
    return await createControlPlane(folder, tools, signal);
  } catch {
    signal?.throwIfAborted();
    say("starting the control plane a second time, on other ports");
    await removeControlPlane(folder);
    return await createControlPlane(folder, tools, signal);
  }
}

/** kubectl by the file that kwokctl makes: the environment's own lists only regions that are complete. */
function kubectlOf(folder: ClusterFolder, tools: SimulatedRegionTools): Kubectl {
  const kubeconfig = path.join(folder.dir, "kubeconfig.yaml");
  return new Kubectl({ kubectl: tools.kubectl.path, kubeconfig, context: `kwok-${folder.region}` });
}

async function writeContext(folder: ClusterFolder, context: string): Promise<void> {
  const completed = await readCompleted(folder);
  if (completed !== undefined && completed.context !== context)
    await writeCompleted(folder, { ...completed, context });
}

async function listRegions(place: RegionsPlace): Promise<void> {
  const folders = await listClusterFolders(place.workDir);
  const listed = await Promise.all(
    folders.map(async (folder): Promise<ListedCluster[]> => {
      const completed = await readCompleted(folder);
      if (completed === undefined) return [];
      const server = `https://127.0.0.1:${completed.ports.apiServer}`;
      return [{ context: completed.context, server, pkiDir: folder.pkiDir }];
    }),
  );
  await writeKubeconfig(place.kubeconfig, listed.flat());
}

/** Where {@link Kubectl} caches what it learns of the regions. */
function kubectlCacheDir(place: RegionsPlace): string {
  return path.join(path.dirname(place.kubeconfig), "kubectl-cache");
}
