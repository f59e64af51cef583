import { readdir, readFile, readlink, stat } from "node:fs/promises";
import path from "node:path";

/** Instances of inotify that the programs of one machine hold, counted with Kubernetes 1.35. */
const WATCHES = { controlPlane: 7, worker: 8 } as const;

/** For the largest environment and some others; each costs the kernel little. */
const ENOUGH = 1024;

/** Machines that are to be switched on. */
export interface NewMachines {
  readonly controlPlanes: number;
  readonly workers: number;
}

/**
 * Makes sure that the programs of these machines can watch their files. Linux bounds how many of root's may do so at once,
 * in containers and environments together; past the bound containerd and kubelet start and never work.
 *
 * @throws Error that says how many there may be, and how to have more
 */
export async function requireFileWatches(machines: NewMachines): Promise<void> {
  if (machines.controlPlanes + machines.workers === 0) return;
  const limit = await readFile("/proc/sys/fs/inotify/max_user_instances", "utf8").catch(() => undefined);
  if (limit === undefined) return;
  const hindrance = watchHindrance(machines, { limit: Number(limit), taken: await takenByRoot() });
  if (hindrance !== undefined) throw new Error(hindrance);
}

/** Why the machines cannot be switched on; undefined when they can. */
export function watchHindrance(
  { controlPlanes, workers }: NewMachines,
  { limit, taken }: { readonly limit: number; readonly taken: number },
): string | undefined {
  const needed = controlPlanes * WATCHES.controlPlane + workers * WATCHES.worker;
  if (taken + needed <= limit) return undefined;
  return (
    `The machines need ${needed} instances of inotify; this host allows root ${limit}, of which ${taken} are taken. ` +
    "Ask for fewer workers, take another environment down, or allow more: " +
    `sysctl -w fs.inotify.max_user_instances=${Math.max(ENOUGH, 2 * (taken + needed))}`
  );
}

async function takenByRoot(): Promise<number> {
  const pids = (await readdir("/proc")).filter((name) => /^\d+$/.test(name)).map(Number);
  const counts = await Promise.all(
    pids.map(async (pid) => ((await isRoots(pid)) ? watchesIn(`/proc/${pid}/fd`) : 0)),
  );
  return counts.reduce((sum, count) => sum + count, 0);
}

async function isRoots(pid: number): Promise<boolean> {
  const found = await stat(`/proc/${pid}`).catch(() => undefined);
  return found?.uid === 0;
}

/** Instances of inotify among a process's open files, by the folder in which the kernel shows them; none once it has ended. */
export async function watchesIn(folder: string): Promise<number> {
  const files = await readdir(folder).catch(() => []);
  const targets = await Promise.all(files.map((file) => readlink(path.join(folder, file)).catch(() => "")));
  return targets.filter((target) => target === "anon_inode:inotify").length;
}
