import { readFile, rm } from "node:fs/promises";
import http from "node:http";
import https from "node:https";
import path from "node:path";
import { type ProcessFacts, processFacts } from "../process/process-facts.ts";
import { stopProcess } from "../process/process-record.ts";
import type { ClusterFolder, ClusterPorts } from "./cluster-folder.ts";
import type { RegionPart } from "./contract.ts";

/** Processes of a simulated region, in the order in which they are best stopped. */
const PARTS = [
  "kwok-controller",
  "kube-scheduler",
  "kube-controller-manager",
  "kube-apiserver",
  "etcd",
] as const;
export type PartName = (typeof PARTS)[number];

function pidFile(folder: ClusterFolder, part: PartName): string {
  return path.join(folder.dir, "pids", `${part}.pid`);
}

export function partLog(folder: ClusterFolder, part: PartName): string {
  return path.join(folder.logDir, `${part}.log`);
}

/**
 * The running process of a part, or undefined. A pid file alone proves nothing, for its number may long belong to
 * another program: the process must have been started from this region's own folder.
 */
async function partFacts(folder: ClusterFolder, part: PartName): Promise<ProcessFacts | undefined> {
  const pid = Number(await readFile(pidFile(folder, part), "utf8").catch(() => ""));
  if (!Number.isInteger(pid) || pid <= 0) return undefined;
  const facts = await processFacts(pid);
  return facts?.commandLine.startsWith(`${path.join(folder.binDir, part)} `) ? facts : undefined;
}

/** State of every part of a region. */
export async function listParts(folder: ClusterFolder): Promise<(RegionPart & { name: PartName })[]> {
  return await Promise.all(
    PARTS.map(async (name) => {
      const facts = await partFacts(folder, name);
      return {
        name,
        pid: facts?.pid,
        isAlive: facts !== undefined,
        cpuSeconds: facts?.cpuSeconds ?? 0,
        rssBytes: facts?.rssBytes ?? 0,
        logFile: partLog(folder, name),
      };
    }),
  );
}

/** Parts that do not run, in the order in which they must be started. */
export async function missingParts(folder: ClusterFolder): Promise<PartName[]> {
  const parts = await listParts(folder);
  return parts
    .filter((part) => !part.isAlive)
    .map((part) => part.name)
    .reverse();
}

/** Removes the pid files of parts that do not run: kwokctl would take whatever process has such a number for them. */
export async function removeStalePidFiles(folder: ClusterFolder): Promise<void> {
  const missing = await missingParts(folder);
  await Promise.all(missing.map((part) => rm(pidFile(folder, part), { force: true })));
}

/** Ends every process of the region at once; their data is either kept by etcd's log or about to be removed. */
export async function killParts(folder: ClusterFolder): Promise<void> {
  const running = await Promise.all(PARTS.map((part) => partFacts(folder, part)));
  await Promise.all(
    running.flatMap((facts) => (facts === undefined ? [] : [stopProcess(facts, { graceMs: 0 })])),
  );
}

const HEALTH_TIMEOUT_MS = 2000;

/** Whether every part answers that it is ready; etcd is asked through the API server. */
export async function isHealthy(ports: ClusterPorts): Promise<boolean> {
  const answers = await Promise.all([
    isOk(`https://127.0.0.1:${ports.apiServer}/readyz`),
    isOk(`https://127.0.0.1:${ports.controllerManager}/healthz`),
    isOk(`https://127.0.0.1:${ports.scheduler}/healthz`),
    isOk(`http://127.0.0.1:${ports.kwok}/healthz`),
  ]);
  return answers.every(Boolean);
}

/** These paths need no credentials and say nothing secret, so the self-signed certificates are not checked. */
async function isOk(url: string): Promise<boolean> {
  const client = url.startsWith("https:") ? https : http;
  const options = { rejectUnauthorized: false, timeout: HEALTH_TIMEOUT_MS, agent: false };
  return await new Promise((resolve) => {
    const request = client.get(url, options, (response) => {
      response.resume();
      resolve(response.statusCode === 200);
    });
    request.on("timeout", () => request.destroy());
    request.on("error", () => resolve(false));
  });
}
