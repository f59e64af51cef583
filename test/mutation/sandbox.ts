import { mkdtempSync, readdirSync, rmSync } from "node:fs";
import os from "node:os";
import path from "node:path";

const NAME = /^claude-agents-mutation-(\d+)-/;

/**
 * Makes a folder in the temporary folder that goes with this process, whether it ends by itself or by a signal. What a
 * process left that was killed outright is removed first.
 */
export function createSandbox(): string {
  const root = os.tmpdir();
  for (const name of readdirSync(root)) {
    const pid = NAME.exec(name)?.[1];
    if (pid !== undefined && !isRunning(Number(pid))) remove(path.join(root, name));
  }
  const folder = mkdtempSync(path.join(root, `claude-agents-mutation-${process.pid}-`));
  process.once("exit", () => remove(folder));
  // Without a listener a signal ends a process without the event above. Stryker adds its own, which do no harm.
  for (const signal of ["SIGINT", "SIGTERM", "SIGHUP"] as const) {
    process.once(signal, () => process.exit(128 + os.constants.signals[signal]));
  }
  return folder;
}

/** A test process that has not ended yet may still write: then a second attempt finds nothing more. */
function remove(folder: string): void {
  rmSync(folder, { recursive: true, force: true, maxRetries: 3, retryDelay: 100 });
}

function isRunning(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch (error) {
    return (error as NodeJS.ErrnoException).code === "EPERM";
  }
}
