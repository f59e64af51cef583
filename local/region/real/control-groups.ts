import { existsSync } from "node:fs";
import { mkdir, readdir, readFile, rmdir, writeFile } from "node:fs/promises";
import path from "node:path";
import { setTimeout as delay } from "node:timers/promises";

const ROOT = "/sys/fs/cgroup";

/** Controllers that kubelet and runc want, and the hierarchies that merely name groups: runc joins those too. */
const CONTROLLERS = [
  ...["cpu", "cpuacct", "cpuset", "memory", "devices", "freezer", "blkio", "pids", "hugetlb"],
  ...["systemd", "unified"],
];

/** The group within a machine's own that holds its daemons; pods get others beside it. */
const DAEMONS = "machine";

/** Whether this host has one unified hierarchy (version 2). Read from documentation, never run here. */
const isUnified = (): boolean => existsSync(path.join(ROOT, "cgroup.controllers"));

/** Every mount point in which a group has to exist. */
function hierarchies(): string[] {
  if (isUnified()) return [ROOT];
  return CONTROLLERS.map((name) => path.join(ROOT, name)).filter((folder) => existsSync(folder));
}

/**
 * Makes the control group of a machine in every hierarchy, and in it one for its daemons.
 *
 * @param group path as the kernel names it, e.g. `/claude-agents/default/region-a-worker-1`
 * @returns the files that take the id of a process which shall be one of the daemons
 */
export async function createControlGroup(group: string): Promise<string[]> {
  const daemons = `${group}/${DAEMONS}`;
  for (const hierarchy of hierarchies()) await createLine(hierarchy, lineOf(daemons));
  return hierarchies().map((hierarchy) => path.join(hierarchy, daemons, "cgroup.procs"));
}

/** `/a`, `/a/b`, `/a/b/c` for `/a/b/c`. */
function lineOf(group: string): string[] {
  const parts = group.split("/").slice(1);
  return parts.map((_, index) => `/${parts.slice(0, index + 1).join("/")}`);
}

/** Begins anew when an environment that is taken down has removed an ancestor before there was something in it. */
async function createLine(hierarchy: string, groups: readonly string[], attempts = 10): Promise<void> {
  try {
    for (const group of groups) await createFolder(hierarchy, group);
  } catch (error) {
    if (!hasCode(error, "ENOENT") || attempts === 1) throw error;
    await createLine(hierarchy, groups, attempts - 1);
  }
}

async function createFolder(hierarchy: string, group: string): Promise<void> {
  const folder = path.join(hierarchy, group);
  if (isUnified()) await delegateControllers(path.dirname(folder));
  await mkdir(folder).catch((error: unknown) => {
    if (!hasCode(error, "EEXIST")) throw error;
  });
  if (path.basename(hierarchy) !== "cpuset") return;
  // A new group of version 1 has neither processors nor memory, and takes no process.
  for (const file of ["cpuset.cpus", "cpuset.mems"]) {
    const inherited = await readFile(path.join(path.dirname(folder), file), "utf8");
    await writeFile(path.join(folder, file), inherited);
  }
}

/** In version 2 a group has the controllers that its parent hands down. */
async function delegateControllers(folder: string): Promise<void> {
  const offered = await readFile(path.join(folder, "cgroup.controllers"), "utf8");
  const wanted = offered.trim().split(" ").filter(Boolean);
  await writeFile(path.join(folder, "cgroup.subtree_control"), wanted.map((name) => `+${name}`).join(" "));
}

/** Ids of all processes in the group and below it, as the host numbers them. */
export async function processesOf(group: string): Promise<number[]> {
  const hierarchy = isUnified() ? ROOT : path.join(ROOT, "pids");
  const folders = await foldersOf(path.join(hierarchy, group));
  const lists = await Promise.all(
    folders.map((folder) => readFile(path.join(folder, "cgroup.procs"), "utf8").catch(() => "")),
  );
  return lists.flatMap((list) => list.split("\n").filter(Boolean).map(Number));
}

/** CPU time of everything that ever ran in the group, in seconds. */
export async function cpuSecondsOf(group: string): Promise<number> {
  if (isUnified()) {
    const stat = await readFile(path.join(ROOT, group, "cpu.stat"), "utf8").catch(() => "");
    return Number(/^usage_usec (\d+)/m.exec(stat)?.[1] ?? 0) / 1e6;
  }
  const usage = await readFile(path.join(ROOT, "cpuacct", group, "cpuacct.usage"), "utf8").catch(() => "0");
  return Number(usage) / 1e9;
}

const EMPTY_TIMEOUT_MS = 20_000;
const EMPTY_POLL_MS = 50;

/**
 * Kills every process in the group, then removes it and, where they are empty, the groups above it.
 *
 * @throws Error naming the processes that do not end
 */
export async function removeControlGroup(group: string): Promise<void> {
  const deadline = Date.now() + EMPTY_TIMEOUT_MS;
  for (let left = await processesOf(group); left.length > 0; left = await processesOf(group)) {
    for (const pid of left) kill(pid);
    if (Date.now() > deadline) {
      throw new Error(
        `Processes ${left.join(", ")} of ${group} do not end ${EMPTY_TIMEOUT_MS / 1000} s after they were killed. ` +
          "Look at them with ps, then run the same command again.",
      );
    }
    await delay(EMPTY_POLL_MS);
  }
  for (const hierarchy of hierarchies()) {
    for (const folder of (await foldersOf(path.join(hierarchy, group))).reverse())
      await remove(folder, deadline);
    for (const ancestor of lineOf(path.dirname(group)).reverse()) {
      await rmdir(path.join(hierarchy, ancestor)).catch(() => undefined);
    }
  }
}

function kill(pid: number): void {
  try {
    process.kill(pid, "SIGKILL");
  } catch (error) {
    if (!hasCode(error, "ESRCH")) throw error;
  }
}

/** The kernel counts a process as in its group for a moment after its end. */
async function remove(folder: string, deadline: number): Promise<void> {
  for (;;) {
    try {
      await rmdir(folder);
      return;
    } catch (error) {
      if (hasCode(error, "ENOENT")) return;
      if (!hasCode(error, "EBUSY") || Date.now() > deadline) throw error;
      await delay(EMPTY_POLL_MS);
    }
  }
}

function hasCode(error: unknown, code: string): boolean {
  return error instanceof Error && "code" in error && error.code === code;
}

/** The folder and all below it, parents first; none when it does not exist. */
async function foldersOf(folder: string): Promise<string[]> {
  const entries = await readdir(folder, { withFileTypes: true }).catch(() => undefined);
  if (entries === undefined) return [];
  const below = entries.filter((entry) => entry.isDirectory());
  const nested = await Promise.all(below.map(({ name }) => foldersOf(path.join(folder, name))));
  return [folder, ...nested.flat()];
}
