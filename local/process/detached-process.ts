import { spawn } from "node:child_process";
import { once } from "node:events";
import { mkdir, open } from "node:fs/promises";
import path from "node:path";
import { boundLog } from "./log-file.ts";
import { type ProcessRecord, recordOf, writeRecord } from "./process-record.ts";

export interface StartDetachedOptions {
  /** Executable, a path or a name on `PATH`. */
  file: string;
  args: readonly string[];
  /** The whole environment: nothing is inherited. */
  env: Readonly<Record<string, string>>;
  cwd: string;
  /** Standard output and error are appended here. */
  logFile: string;
  /** Where the record of the process is written, for {@link readRecord} and {@link stopRecorded}. */
  recordFile: string;
  /** Size above which the log is cut before the start, in bytes; 10 MiB when absent. */
  maxLogBytes?: number;
}

const DEFAULT_MAX_LOG_BYTES = 10 * 1024 * 1024;

/**
 * Starts a program in the background: it outlives this process, and a Ctrl-C in this terminal does not reach it.
 * @throws if the program cannot be started or ends at once.
 */
export async function startDetached(options: StartDetachedOptions): Promise<ProcessRecord> {
  await Promise.all(
    [options.logFile, options.recordFile].map((file) => mkdir(path.dirname(file), { recursive: true })),
  );
  await boundLog(options.logFile, options.maxLogBytes ?? DEFAULT_MAX_LOG_BYTES);
  const log = await open(options.logFile, "a", 0o600);
  try {
    const child = spawn(options.file, options.args, {
      cwd: options.cwd,
      env: { ...options.env },
      detached: true,
      stdio: ["ignore", log.fd, log.fd],
    });
    await once(child, "spawn").catch((error: unknown) => {
      throw new Error(`Cannot start ${options.file}: ${String(error)}`, { cause: error });
    });
    child.unref();
    const record = child.pid === undefined ? undefined : await recordOf(child.pid);
    if (record === undefined) throw new Error(`${options.file} ended at once; its log is ${options.logFile}`);
    await writeRecord(options.recordFile, record);
    return record;
  } finally {
    await log.close();
  }
}
