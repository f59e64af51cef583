import { readdir, readFile } from "node:fs/promises";
import { type ProcessFacts, processFacts } from "../../local/process/process-facts.ts";

/** What processes, with all that they have started, have used. */
export interface Usage {
  readonly cpuSeconds: number;
  readonly rssBytes: number;
}

/** CPU time since their start and memory now of these processes and all their descendants. */
export async function usageOf(pids: readonly number[]): Promise<Usage> {
  const facts = await factsOfTree(pids);
  return {
    cpuSeconds: facts.reduce((sum, { cpuSeconds }) => sum + cpuSeconds, 0),
    rssBytes: facts.reduce((sum, { rssBytes }) => sum + rssBytes, 0),
  };
}

/** Facts of these processes and all their descendants, as far as they are alive. */
export async function factsOfTree(roots: readonly number[]): Promise<ProcessFacts[]> {
  const pids = treeOf(roots, await readParents());
  const facts = await Promise.all(pids.map(processFacts));
  return facts.filter((each) => each !== undefined);
}

/** The roots and everything below them. */
export function treeOf(roots: readonly number[], parents: ReadonlyMap<number, number>): number[] {
  const found = new Set(roots);
  for (let before = -1; before !== found.size; ) {
    before = found.size;
    for (const [pid, parent] of parents) if (found.has(parent)) found.add(pid);
  }
  return [...found];
}

async function readParents(): Promise<Map<number, number>> {
  const pids = (await readdir("/proc")).filter((name) => /^\d+$/.test(name));
  const parents = new Map<number, number>();
  await Promise.all(
    pids.map(async (pid) => {
      const stat = await readFile(`/proc/${pid}/stat`, "utf8").catch(() => undefined);
      if (stat !== undefined) parents.set(Number(pid), parentOf(stat));
    }),
  );
  return parents;
}

/** The name, in parentheses, may itself hold blanks and parentheses; the parent is the second field behind it. */
export function parentOf(stat: string): number {
  return Number(stat.slice(stat.lastIndexOf(")") + 2).split(" ")[1]);
}
