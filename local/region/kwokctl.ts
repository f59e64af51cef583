import { mkdir, rename, rm, symlink, writeFile } from "node:fs/promises";
import path from "node:path";
import { setTimeout as delay } from "node:timers/promises";
import { stringify } from "yaml";
import { startDetached } from "../process/detached-process.ts";
import { lastLines } from "../process/log-file.ts";
import { isGoneWithin, readRecord, stopRecorded } from "../process/process-record.ts";
import type { ClusterFolder, ClusterPorts } from "./cluster-folder.ts";
import {
  isHealthy,
  killParts,
  missingParts,
  type PartName,
  partLog,
  removeStalePidFiles,
} from "./control-plane.ts";
import { findFreePorts } from "./free-ports.ts";
import { kwokctlConfig, type SimulatedRegionTools } from "./kwokctl-config.ts";

/** Longest time that kwokctl takes to make a control plane on a busy machine. */
const KWOKCTL_TIMEOUT_MS = 150_000;
const HEALTH_TIMEOUT_MS = 90_000;
const HEALTH_POLL_MS = 100;

/** How long parts that all run may be unhealthy, being merely slow, before they count as hung. */
const HUNG_AFTER_MS = 10_000;

/** A part may give up while those that it needs are still starting: it is started again as often as this. */
const MAX_STARTS = 2;

/** Makes a control plane from nothing and waits until it is healthy; returns its ports. */
export async function createControlPlane(
  folder: ClusterFolder,
  tools: SimulatedRegionTools,
  signal: AbortSignal | undefined,
): Promise<ClusterPorts> {
  const ports = await choosePorts();
  await mkdir(folder.workDir, { recursive: true });
  await writeFile(folder.configFile, stringify(kwokctlConfig(ports, tools)));
  // An empty kubeconfig option keeps kwokctl away from the user's own file.
  const create = ["--config", folder.configFile, "create", "cluster", "--kubeconfig="];
  await runKwokctl(folder, tools, create, signal);
  await settle(folder, ports, tools, signal);
  return ports;
}

/**
 * Starts the parts that have crashed, on the data they had, and waits until the control plane is healthy. If all of
 * them run and still do not become healthy, all are started afresh.
 */
export async function repairControlPlane(
  folder: ClusterFolder,
  ports: ClusterPorts,
  tools: SimulatedRegionTools,
  signal: AbortSignal | undefined,
): Promise<void> {
  if ((await waitHealthy(folder, ports, HUNG_AFTER_MS, signal)) === "unhealthy") await killParts(folder);
  await startMissing(folder, tools, signal);
  await settle(folder, ports, tools, signal);
}

/** Removes a region completely: its processes, then its files. */
export async function removeControlPlane(folder: ClusterFolder): Promise<void> {
  await finishKwokctl(folder);
  await killParts(folder);
  const files = [folder.dir, folder.configFile, folder.kwokctlLog, `${folder.kwokctlLog}.1`];
  await Promise.all(files.map((file) => rm(file, { recursive: true, force: true })));
}

/**
 * Lets a kwokctl that an interrupted run left behind come to its end: killed between starting a process and noting
 * its pid, it would leave a process that nobody knows.
 */
export async function finishKwokctl(folder: ClusterFolder): Promise<void> {
  const record = await readRecord(folder.kwokctlRecord);
  if (record !== undefined) await isGoneWithin(record, KWOKCTL_TIMEOUT_MS);
  await stopRecorded(folder.kwokctlRecord, { graceMs: 0 });
}

async function startMissing(
  folder: ClusterFolder,
  tools: SimulatedRegionTools,
  signal: AbortSignal | undefined,
): Promise<void> {
  await keepLogsOf(folder, await missingParts(folder));
  await removeStalePidFiles(folder);
  await linkBinaries(folder, tools);
  await runKwokctl(folder, tools, ["start", "cluster"], signal);
}

async function runKwokctl(
  folder: ClusterFolder,
  tools: SimulatedRegionTools,
  args: readonly string[],
  signal: AbortSignal | undefined,
): Promise<void> {
  signal?.throwIfAborted();
  const record = await startDetached({
    file: tools.kwokctl.path,
    args: [...args, "--name", folder.region],
    env: {
      // kwokctl asks for kubectl by name.
      PATH: [path.dirname(tools.kubectl.path), "/usr/bin", "/bin"].join(path.delimiter),
      HOME: folder.dir,
      KWOK_WORKDIR: folder.workDir,
    },
    cwd: folder.workDir,
    logFile: folder.kwokctlLog,
    recordFile: folder.kwokctlRecord,
  });
  const hasEnded = await isGoneWithin(record, KWOKCTL_TIMEOUT_MS, signal);
  signal?.throwIfAborted();
  await stopRecorded(folder.kwokctlRecord, { graceMs: 0 });
  if (!hasEnded) throw await startFailure(folder, `kwokctl ${args.join(" ")} did not end in time`);
}

/** Waits until the control plane is healthy, starting again what gives up meanwhile. */
async function settle(
  folder: ClusterFolder,
  ports: ClusterPorts,
  tools: SimulatedRegionTools,
  signal: AbortSignal | undefined,
): Promise<void> {
  for (let starts = 1; ; starts++) {
    const health = await waitHealthy(folder, ports, HEALTH_TIMEOUT_MS, signal);
    if (health === "healthy") return;
    const missing = await missingParts(folder);
    if (health === "unhealthy") throw await startFailure(folder, "it does not become healthy", missing);
    if (starts === MAX_STARTS) throw await startFailure(folder, `${missing.join(", ")} ended`, missing);
    await startMissing(folder, tools, signal);
  }
}

async function waitHealthy(
  folder: ClusterFolder,
  ports: ClusterPorts,
  timeoutMs: number,
  signal: AbortSignal | undefined,
): Promise<"healthy" | "unhealthy" | "incomplete"> {
  const deadline = Date.now() + timeoutMs;
  for (;;) {
    signal?.throwIfAborted();
    if ((await missingParts(folder)).length > 0) return "incomplete";
    if (await isHealthy(ports)) return "healthy";
    if (Date.now() > deadline) return "unhealthy";
    await delay(HEALTH_POLL_MS, undefined, { ...(signal === undefined ? {} : { signal }) });
  }
}

/** What went wrong with a region, with the last lines of the logs that tell why. */
async function startFailure(
  folder: ClusterFolder,
  reason: string,
  parts: readonly PartName[] = [],
): Promise<Error> {
  const logs = [folder.kwokctlLog, ...parts.map((part) => partLog(folder, part))];
  const tails = await Promise.all(
    logs.map(async (log) => `${log}:\n${(await lastLines(log, 5)).join("\n")}`),
  );
  return new Error(
    `Region ${folder.region} cannot be started: ${reason}. The last lines of its logs:\n${tails.join("\n")}`,
  );
}

async function choosePorts(): Promise<ClusterPorts> {
  const found = await findFreePorts(6);
  const [etcd = 0, etcdPeer = 0, apiServer = 0, controllerManager = 0, scheduler = 0, kwok = 0] = found;
  return { etcd, etcdPeer, apiServer, controllerManager, scheduler, kwok };
}

/** kwokctl truncates the log of what it starts; the reason of the crash would be lost with it. */
async function keepLogsOf(folder: ClusterFolder, parts: readonly PartName[]): Promise<void> {
  for (const part of parts) {
    const log = partLog(folder, part);
    await rename(log, `${log}.1`).catch(() => undefined);
  }
}

/** Points the region's links at today's programs: those it was made with may have left the cache. */
async function linkBinaries(folder: ClusterFolder, tools: SimulatedRegionTools): Promise<void> {
  const programs: Readonly<Record<PartName, { path: string }>> = {
    etcd: tools.etcd,
    "kube-apiserver": tools["kube-apiserver"],
    "kube-controller-manager": tools["kube-controller-manager"],
    "kube-scheduler": tools["kube-scheduler"],
    "kwok-controller": tools.kwok,
  };
  for (const [part, program] of Object.entries(programs)) {
    const link = path.join(folder.binDir, part);
    await rm(link, { force: true });
    await symlink(program.path, link);
  }
}
