import { mkdir } from "node:fs/promises";
import path from "node:path";
import { setTimeout as delay } from "node:timers/promises";
import lockfile from "proper-lockfile";

/** A holder that stops refreshing its lock for this long is taken for dead. */
const STALE_MS = 15_000;
const REFRESH_MS = 3_000;
const RETRY_MS = 250;

/**
 * Runs `work` while holding a lock that spans processes; the lock of a killed process goes stale and is taken over.
 *
 * `onWait` is called once if somebody else holds the lock. `work` gets a signal that also aborts
 * when the lock is lost, for instance because the machine slept.
 */
export async function withLock<T>(
  file: string,
  options: { readonly signal: AbortSignal; readonly onWait: () => void },
  work: (signal: AbortSignal) => Promise<T>,
): Promise<T> {
  await mkdir(path.dirname(file), { recursive: true });
  const lost = new AbortController();
  const release = await acquire(file, lost, options);
  try {
    return await work(AbortSignal.any([options.signal, lost.signal]));
  } finally {
    if (!lost.signal.aborted) await release();
  }
}

async function acquire(
  file: string,
  lost: AbortController,
  options: { readonly signal: AbortSignal; readonly onWait: () => void },
): Promise<() => Promise<void>> {
  for (let attempt = 0; ; attempt += 1) {
    options.signal.throwIfAborted();
    try {
      return await lockfile.lock(file, {
        lockfilePath: file,
        realpath: false,
        stale: STALE_MS,
        update: REFRESH_MS,
        onCompromised: () =>
          lost.abort(new Error(`The lock ${file} was lost to another process. Run the command again.`)),
      });
    } catch (error) {
      if (!isHeldElsewhere(error)) throw error;
    }
    if (attempt === 0) options.onWait();
    await delay(RETRY_MS);
  }
}

function isHeldElsewhere(error: unknown): boolean {
  return error instanceof Error && "code" in error && error.code === "ELOCKED";
}
