import fs from "node:fs/promises";
import os from "node:os";
import path from "node:path";
import { z } from "zod";
import { processFacts } from "../process/process-facts.ts";

/** Who holds the lock of a stack. */
export interface LockHolder {
  readonly pid: number;
  readonly hostname: string;
  /** When the lock was taken, as ISO 8601. */
  readonly since: string;
  /** Whether the process may still be at work. A process of another machine counts as alive: nothing is known of it. */
  readonly alive: boolean;
}

const lockSchema = z.object({
  pid: z.number().int().positive(),
  hostname: z.string(),
  timestamp: z.string(),
});

/** The holders of the locks that the file backend in `backendDir` keeps for a stack; more than one after a race. */
export async function lockHolders(backendDir: string, project: string, stack: string): Promise<LockHolder[]> {
  const folder = path.join(backendDir, ".pulumi", "locks", "organization", project, stack);
  const files = await fs.readdir(folder).catch(() => []);
  const locks = files.filter((file) => file.endsWith(".json"));
  const contents = await Promise.all(locks.map((file) => readLock(path.join(folder, file))));
  return contents.flatMap((lock) => (lock === undefined ? [] : [lock]));
}

async function readLock(file: string): Promise<LockHolder | undefined> {
  let text: string;
  try {
    text = await fs.readFile(file, "utf8");
  } catch {
    return undefined; // Released in the meantime.
  }
  const { pid, hostname, timestamp } = lockSchema.parse(JSON.parse(text));
  return { pid, hostname, since: timestamp, alive: hostname !== os.hostname() || (await isPulumi(pid)) };
}

/** Process ids are used again: another program under this number does not hold the lock. */
async function isPulumi(pid: number): Promise<boolean> {
  const executable = (await processFacts(pid))?.commandLine.split(" ")[0];
  return executable !== undefined && path.basename(executable).startsWith("pulumi");
}
