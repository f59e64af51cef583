import { mkdir, readFile, rm, writeFile } from "node:fs/promises";
import path from "node:path";
import lockfile from "proper-lockfile";
import { z } from "zod";
import { isAlive, recordOf } from "./process-record.ts";

/** Who holds an environment, as written in its lock file. */
const holderSchema = z.object({
  pid: z.number().int().positive(),
  startMark: z.string(),
  /** What it does, e.g. `npm run up`. */
  purpose: z.string(),
  /** ISO 8601. */
  since: z.string(),
});
type Holder = z.infer<typeof holderSchema>;

/** Another process works on the same environment. */
export class EnvironmentLockedError extends Error {
  override readonly name = "EnvironmentLockedError";
  readonly holder: Holder;

  constructor(holder: Holder) {
    const since = holder.since.slice(0, 19).replace("T", " ");
    super(
      `\`${holder.purpose}\` (pid ${holder.pid}) has been working on this environment since ${since} UTC. ` +
        "Wait until it ends, or end it, then run the same command again.",
    );
    this.holder = holder;
  }
}

/**
 * Takes the lock of an environment for this process and returns the function that gives it back. The lock of a
 * process that has died is taken over.
 * @throws {EnvironmentLockedError} while another living process holds it.
 */
export async function acquireLock(file: string, purpose: string): Promise<() => Promise<void>> {
  const self = await recordOf(process.pid);
  if (self === undefined) throw new Error(`Process ${process.pid} cannot find itself in the process table.`);
  await mkdir(path.dirname(file), { recursive: true });
  await guarded(file, async () => {
    const holder = await readHolder(file);
    if (holder !== undefined && (await isAlive(holder))) throw new EnvironmentLockedError(holder);
    await writeFile(
      file,
      JSON.stringify({ ...self, purpose, since: new Date().toISOString() } satisfies Holder),
    );
  });
  return () => rm(file, { force: true });
}

/** Runs `work` while no other process looks at or changes the lock file, for taking over is two steps. */
async function guarded(file: string, work: () => Promise<void>): Promise<void> {
  const release = await lockfile.lock(file, {
    realpath: false,
    lockfilePath: `${file}.guard`,
    retries: { retries: 100, factor: 1, minTimeout: 50, maxTimeout: 150, randomize: true },
  });
  try {
    await work();
  } finally {
    await release();
  }
}

/** The holder named in the file; undefined if there is none or the file was left half-written. */
async function readHolder(file: string): Promise<Holder | undefined> {
  try {
    return holderSchema.parse(JSON.parse(await readFile(file, "utf8")));
  } catch {
    return undefined;
  }
}
