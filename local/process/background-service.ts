import { mkdir, readFile, rm, writeFile } from "node:fs/promises";
import path from "node:path";
import { setTimeout as delay } from "node:timers/promises";
import { z } from "zod";
import { startDetached } from "./detached-process.ts";
import { lastLines } from "./log-file.ts";
import {
  factsOf,
  isAlive,
  type ProcessRecord,
  readRecord,
  type StopOptions,
  type StopOutcome,
  stopRecorded,
} from "./process-record.ts";

/** A background process that says over HTTP when it is ready, and what it depends on. */
export interface ServicePlan {
  /** For messages, e.g. `coordinator of region-a`. */
  name: string;
  /** Folder of this service: its record, its state and its working directory. */
  folder: string;
  /** Executable with its arguments. */
  file: string;
  args: readonly string[];
  /** The whole environment: nothing is inherited. */
  env: Readonly<Record<string, string>>;
  logFile: string;
  /** Digest of everything that the process depends on: while it is the same, a running process is current. */
  fingerprint: string;
  /** Answers 200 when the service is ready. */
  readyUrl: string;
  /** How long it may take to finish its work on SIGTERM, in milliseconds. */
  graceMs: number;
  /** Called when it has to be started, before it is. */
  prepare?: () => Promise<void>;
}

export interface EnsureOptions {
  /** How long the process may take until it is ready; 30 s when absent. */
  readyTimeoutMs?: number | undefined;
  onProgress?: ((step: string) => void) | undefined;
  signal?: AbortSignal | undefined;
}

/** `unchanged`: it ran, was ready and current. */
export type ServiceOutcome = "started" | "restarted" | "unchanged";

const DEFAULT_READY_TIMEOUT_MS = 30_000;
const READY_POLL_MS = 50;

/** A process that is not ready serves nobody new; it may hang, so it gets no more time than this. */
const UNREADY_GRACE_MS = 30_000;

/**
 * Makes sure that the service runs as planned. One that is current and ready is left alone, a changed one is stopped
 * gracefully and started again, a dead one is started.
 *
 * @throws if the process ends or does not become ready in time, with the end of its log.
 */
export async function ensureService(
  plan: ServicePlan,
  options: EnsureOptions = {},
): Promise<{ pid: number; outcome: ServiceOutcome }> {
  const running = await readState(plan.folder);
  if (running !== undefined) {
    const ready = await isReady(running.readyUrl);
    if (ready && running.fingerprint === plan.fingerprint) return { pid: running.pid, outcome: "unchanged" };
    options.onProgress?.(`letting pid ${running.pid} finish its work`);
    const graceMs = ready ? plan.graceMs : Math.min(plan.graceMs, UNREADY_GRACE_MS);
    await stopService(plan.folder, { graceMs, signal: options.signal });
  }
  options.signal?.throwIfAborted();
  options.onProgress?.("starting");
  const record = await start(plan);
  await waitReady(record, plan, options);
  return { pid: record.pid, outcome: running === undefined ? "started" : "restarted" };
}

/** Ends the service, if it runs: SIGTERM, its grace, SIGKILL. Its log stays. */
export async function stopService(folder: string, options: StopOptions): Promise<StopOutcome> {
  const outcome = await stopRecorded(recordFile(folder), options);
  await rm(stateFile(folder), { force: true });
  return outcome;
}

export interface ServiceStatus {
  pid: number | undefined;
  /** `not-ready`: it runs and answers nothing or that it is not ready. */
  state: "ready" | "not-ready" | "stopped";
  cpuSeconds: number;
  rssBytes: number;
}

/** What became of the service of this folder. */
export async function serviceStatus(folder: string): Promise<ServiceStatus> {
  const state = await readState(folder);
  const facts = state && (await factsOf(state));
  if (state === undefined || facts === undefined) {
    return { pid: undefined, state: "stopped", cpuSeconds: 0, rssBytes: 0 };
  }
  const { pid, cpuSeconds, rssBytes } = facts;
  return { pid, state: (await isReady(state.readyUrl)) ? "ready" : "not-ready", cpuSeconds, rssBytes };
}

async function start(plan: ServicePlan): Promise<ProcessRecord> {
  await mkdir(plan.folder, { recursive: true, mode: 0o700 });
  await plan.prepare?.();
  const record = await startDetached({
    file: plan.file,
    args: plan.args,
    env: { ...machineEnv(), ...plan.env },
    cwd: plan.folder,
    logFile: plan.logFile,
    recordFile: recordFile(plan.folder),
  });
  const state = { ...record, fingerprint: plan.fingerprint, readyUrl: plan.readyUrl };
  await writeFile(stateFile(plan.folder), JSON.stringify(state satisfies ServiceState), { mode: 0o600 });
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

async function waitReady(record: ProcessRecord, plan: ServicePlan, options: EnsureOptions): Promise<void> {
  const timeoutMs = options.readyTimeoutMs ?? DEFAULT_READY_TIMEOUT_MS;
  const deadline = Date.now() + timeoutMs;
  while (!(await isReady(plan.readyUrl))) {
    options.signal?.throwIfAborted();
    const hasEnded = !(await isAlive(record));
    if (!hasEnded && Date.now() < deadline) {
      await delay(READY_POLL_MS);
      continue;
    }
    const lines = (await lastLines(plan.logFile, 10)).join("\n");
    const what = hasEnded ? "ended" : `is not ready after ${timeoutMs / 1000} s`;
    throw new Error(
      `The ${plan.name} (pid ${record.pid}) ${what}. Its log ${plan.logFile} ends with:\n${lines}`,
    );
  }
}

const stateSchema = z.object({
  pid: z.number(),
  startMark: z.string(),
  fingerprint: z.string(),
  readyUrl: z.string(),
});
type ServiceState = z.infer<typeof stateSchema>;

/** The running process as it was noted at its start; one whose start was cut short counts as changed. */
async function readState(folder: string): Promise<ServiceState | undefined> {
  const record = await readRecord(recordFile(folder));
  if (record === undefined || !(await isAlive(record))) return undefined;
  try {
    const state = stateSchema.parse(JSON.parse(await readFile(stateFile(folder), "utf8")));
    if (state.pid === record.pid && state.startMark === record.startMark) return state;
  } catch {
    // Falls through: there is a process of ours, but nothing is known of it.
  }
  return { ...record, fingerprint: "unknown", readyUrl: "" };
}

const READY_TIMEOUT_MS = 2000;

async function isReady(url: string): Promise<boolean> {
  try {
    const response = await fetch(url, { signal: AbortSignal.timeout(READY_TIMEOUT_MS) });
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
