import { mkdir, readFile, rm, writeFile } from "node:fs/promises";
import path from "node:path";
import { setTimeout as delay } from "node:timers/promises";
import { z } from "zod";
import { PATHS } from "../../agent-runtime/src/contract.ts";
import { startDetached } from "../process/detached-process.ts";
import { lastLines } from "../process/log-file.ts";
import {
  factsOf,
  isAlive,
  type ProcessRecord,
  readRecord,
  type StopOptions,
  type StopOutcome,
  stopRecorded,
} from "../process/process-record.ts";
import { mountFolder, type PlanOptions, type ProcessPlan, planProcess } from "./coordinator-plan.ts";
import type { OverlayEntry } from "./host-overlay.ts";
import { writeMounts } from "./mounted-files.ts";

export interface StartCoordinatorOptions extends PlanOptions {
  logFile: string;
  /** How long the process may take until it is ready; 30 s when absent. */
  readyTimeoutMs?: number;
  onProgress?: ((step: string) => void) | undefined;
}

/** The host process that stands in for the coordinator's pods of a region with simulated nodes. */
export interface CoordinatorProcess {
  region: string;
  pid: number;
  httpUrl: string;
  metricsUrl: string;
  logFile: string;
  /** How its environment differs from the pod's; to be shown to the user. */
  overlay: OverlayEntry[];
  outcome: "started" | "restarted" | "unchanged";
}

const DEFAULT_READY_TIMEOUT_MS = 30_000;
const READY_POLL_MS = 50;

/** A process that is not ready serves nobody new; it may hang, so it gets less time than a pod would. */
const UNREADY_GRACE_MS = 30_000;

/**
 * Runs the coordinator of a region as a background process with the environment of its Deployment plus the overlay.
 * One that runs with just this configuration and bundle and is ready is left alone; a changed one is drained and
 * started again, a dead one is started.
 * @throws if the Deployment's configuration is incomplete, or the process ends or does not become ready in time.
 */
export async function startCoordinator(options: StartCoordinatorOptions): Promise<CoordinatorProcess> {
  const plan = await planProcess(options);
  const running = await readState(options.folder);
  if (running !== undefined) {
    const ready = await isReady(running.httpUrl);
    if (ready && running.fingerprint === plan.fingerprint)
      return describe(running, "unchanged", plan, options);
    options.onProgress?.(`letting pid ${running.pid} finish its turns`);
    const graceMs = ready ? plan.graceMs : Math.min(plan.graceMs, UNREADY_GRACE_MS);
    await stopCoordinator(options.folder, { graceMs, signal: options.signal });
  }
  options.signal?.throwIfAborted();
  options.onProgress?.("starting");
  const record = await startPlanned(plan, options);
  await waitReady(record, plan, options);
  return describe(record, running === undefined ? "started" : "restarted", plan, options);
}

function describe(
  record: ProcessRecord,
  outcome: CoordinatorProcess["outcome"],
  plan: ProcessPlan,
  options: StartCoordinatorOptions,
): CoordinatorProcess {
  const { httpUrl, metricsUrl, overlay } = plan;
  const { region, logFile } = options;
  return { region: region.name, pid: record.pid, httpUrl, metricsUrl, logFile, overlay, outcome };
}

/** Ends the process, if it runs: SIGTERM, its grace to finish turns, SIGKILL. Its log stays. */
export async function stopCoordinator(folder: string, options: StopOptions): Promise<StopOutcome> {
  const outcome = await stopRecorded(recordFile(folder), options);
  await rm(stateFile(folder), { force: true });
  return outcome;
}

export interface CoordinatorStatus {
  pid: number | undefined;
  /** `not-ready`: it runs and answers nothing or that it is not ready. */
  state: "ready" | "not-ready" | "stopped";
  httpUrl: string | undefined;
  cpuSeconds: number;
  rssBytes: number;
}

/** What became of the process of this folder. */
export async function coordinatorStatus(folder: string): Promise<CoordinatorStatus> {
  const state = await readState(folder);
  const facts = state && (await factsOf(state));
  if (state === undefined || facts === undefined) {
    return { pid: undefined, state: "stopped", httpUrl: state?.httpUrl, cpuSeconds: 0, rssBytes: 0 };
  }
  const ready = await isReady(state.httpUrl);
  const { pid, cpuSeconds, rssBytes } = facts;
  return { pid, state: ready ? "ready" : "not-ready", httpUrl: state.httpUrl, cpuSeconds, rssBytes };
}

async function startPlanned(plan: ProcessPlan, options: StartCoordinatorOptions): Promise<ProcessRecord> {
  await mkdir(options.folder, { recursive: true });
  await writeMounts(mountFolder(options.folder), plan.mounts);
  const record = await startDetached({
    file: process.execPath,
    args: [options.bundle],
    env: { ...machineEnv(), ...plan.env },
    cwd: options.folder,
    logFile: options.logFile,
    recordFile: recordFile(options.folder),
  });
  const state = { ...record, fingerprint: plan.fingerprint, httpUrl: plan.httpUrl };
  await writeFile(stateFile(options.folder), JSON.stringify(state satisfies ProcessState), { mode: 0o600 });
  return record;
}

/** What an image would provide; nothing else of this terminal's environment reaches the process. */
function machineEnv(): Record<string, string> {
  return Object.fromEntries(
    ["PATH", "HOME", "TZ"].flatMap((name): [string, string][] => {
      const value = process.env[name];
      return value === undefined ? [] : [[name, value]];
    }),
  );
}

async function waitReady(
  record: ProcessRecord,
  plan: ProcessPlan,
  options: StartCoordinatorOptions,
): Promise<void> {
  const timeoutMs = options.readyTimeoutMs ?? DEFAULT_READY_TIMEOUT_MS;
  const deadline = Date.now() + timeoutMs;
  while (!(await isReady(plan.httpUrl))) {
    options.signal?.throwIfAborted();
    const hasEnded = !(await isAlive(record));
    if (!hasEnded && Date.now() < deadline) {
      await delay(READY_POLL_MS);
      continue;
    }
    const lines = (await lastLines(options.logFile, 10)).join("\n");
    const what = hasEnded ? "ended" : `is not ready after ${timeoutMs / 1000} s`;
    throw new Error(
      `The coordinator of ${options.region.name} (pid ${record.pid}) ${what}. Its log ${options.logFile} ends with:\n${lines}`,
    );
  }
}

const stateSchema = z.object({
  pid: z.number(),
  startMark: z.string(),
  fingerprint: z.string(),
  httpUrl: z.string(),
});
type ProcessState = z.infer<typeof stateSchema>;

/** The running process as it was noted at its start; one whose start was cut short counts as changed. */
async function readState(folder: string): Promise<ProcessState | undefined> {
  const record = await readRecord(recordFile(folder));
  if (record === undefined || !(await isAlive(record))) return undefined;
  try {
    const state = stateSchema.parse(JSON.parse(await readFile(stateFile(folder), "utf8")));
    if (state.pid === record.pid && state.startMark === record.startMark) return state;
  } catch {
    // Falls through: there is a process of ours, but nothing is known of it.
  }
  return { ...record, fingerprint: "unknown", httpUrl: "" };
}

const READY_TIMEOUT_MS = 2000;

async function isReady(httpUrl: string): Promise<boolean> {
  try {
    const response = await fetch(`${httpUrl}${PATHS.ready}`, {
      signal: AbortSignal.timeout(READY_TIMEOUT_MS),
    });
    await response.body?.cancel();
    return response.status === 200;
  } catch {
    return false;
  }
}

function recordFile(folder: string): string {
  return path.join(folder, "process.json");
}

function stateFile(folder: string): string {
  return path.join(folder, "state.json");
}
