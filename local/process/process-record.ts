import { mkdir, readFile, rm } from "node:fs/promises";
import path from "node:path";
import { setTimeout as delay } from "node:timers/promises";
import { z } from "zod";
import { type ProcessFacts, processFacts } from "./process-facts.ts";
import { writeWhole } from "./write-whole.ts";

/** Identifies one process so surely that it may be signalled: a pid alone is given out again by the system. */
export interface ProcessRecord {
  pid: number;
  startMark: string;
}

const recordSchema = z.object({ pid: z.number().int().positive(), startMark: z.string() });

/** Record of the process that has this pid now, or undefined if none has. */
export async function recordOf(pid: number): Promise<ProcessRecord | undefined> {
  const facts = await processFacts(pid);
  return facts && { pid, startMark: facts.startMark };
}

/** Facts of the recorded process, or undefined if it has ended, also when another process has got its pid since. */
export async function factsOf(record: ProcessRecord): Promise<ProcessFacts | undefined> {
  const facts = await processFacts(record.pid);
  return facts?.startMark === record.startMark ? facts : undefined;
}

/** Whether the recorded process still runs. */
export async function isAlive(record: ProcessRecord): Promise<boolean> {
  return (await factsOf(record)) !== undefined;
}

/** The record in a file, or undefined if there is no such file or it is damaged (a crash while it was written). */
export async function readRecord(file: string): Promise<ProcessRecord | undefined> {
  try {
    return recordSchema.parse(JSON.parse(await readFile(file, "utf8")));
  } catch {
    return undefined;
  }
}

/** Writes the record so that a reader sees all of it or nothing. */
export async function writeRecord(file: string, record: ProcessRecord): Promise<void> {
  await mkdir(path.dirname(file), { recursive: true });
  await writeWhole(file, JSON.stringify(record));
}

/** How a process ended: by itself before it was asked, on SIGTERM, or killed after its grace. */
export type StopOutcome = "already-gone" | "stopped" | "killed";

export interface StopOptions {
  /** Milliseconds between SIGTERM and SIGKILL; 0 kills at once. */
  graceMs: number;
  /** Cuts the grace short: the process is killed at once. */
  signal?: AbortSignal | undefined;
}

/** Ends the recorded process: SIGTERM, its grace, then SIGKILL. Never touches a process that got the same pid later. */
export async function stopProcess(record: ProcessRecord, options: StopOptions): Promise<StopOutcome> {
  if (!(await isAlive(record))) return "already-gone";
  if (options.graceMs > 0) {
    send(record.pid, "SIGTERM");
    if (await isGoneWithin(record, options.graceMs, options.signal)) return "stopped";
  }
  if (!(await isAlive(record))) return "stopped";
  send(record.pid, "SIGKILL");
  if (await isGoneWithin(record, KILL_TIMEOUT_MS)) return "killed";
  throw new Error(
    `Process ${record.pid} does not end ${KILL_TIMEOUT_MS / 1000} s after SIGKILL; it hangs in the kernel. ` +
      "Look at it with ps, then run the same command again.",
  );
}

/** Ends the process recorded in the file, if any, and removes the file. */
export async function stopRecorded(file: string, options: StopOptions): Promise<StopOutcome> {
  const record = await readRecord(file);
  const outcome = record === undefined ? "already-gone" : await stopProcess(record, options);
  await rm(file, { force: true });
  return outcome;
}

const KILL_TIMEOUT_MS = 10_000;
const POLL_MS = 25;

/** Waits until the recorded process has ended; false when it still runs after the time or when aborted. */
export async function isGoneWithin(
  record: ProcessRecord,
  timeoutMs: number,
  signal?: AbortSignal,
): Promise<boolean> {
  const deadline = Date.now() + timeoutMs;
  while (await isAlive(record)) {
    if (Date.now() >= deadline || signal?.aborted) return false;
    await delay(POLL_MS);
  }
  return true;
}

function send(pid: number, signal: NodeJS.Signals): void {
  try {
    process.kill(pid, signal);
  } catch (error) {
    const ended = error instanceof Error && "code" in error && error.code === "ESRCH";
    if (!ended) throw error;
  }
}
