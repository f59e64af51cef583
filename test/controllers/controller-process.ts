import { once } from "node:events";
import { createWriteStream } from "node:fs";
import { execa } from "execa";

/** A program that runs beside the cluster until it is stopped. */
export interface ControllerProcess {
  stop(): Promise<void>;
}

const FORCE_KILL_AFTER_MS = 5_000;

/** Starts a program; what it says goes to `logFile`. */
export function startProcess(
  program: string,
  args: readonly string[],
  { logFile, env = {}, cwd }: { logFile: string; env?: Record<string, string>; cwd: string },
): ControllerProcess {
  const log = createWriteStream(logFile);
  const process = execa(program, args, {
    all: true,
    buffer: false,
    cwd,
    env,
    forceKillAfterDelay: FORCE_KILL_AFTER_MS,
    reject: false,
    stdin: "ignore",
  });
  process.all.pipe(log);
  return {
    async stop() {
      process.kill();
      await process;
      if (!log.closed) await once(log, "close");
    },
  };
}
