import os from "node:os";
import { execa } from "execa";
import type { DrillRun } from "./results.ts";

/** The commit that runs, with a word about changes that it does not have. */
export async function readCommit(): Promise<string> {
  const [head, changes] = await Promise.all([
    execa("git", ["rev-parse", "--short=12", "HEAD"]),
    execa("git", ["status", "--porcelain"]),
  ]);
  return changes.stdout === "" ? head.stdout : `${head.stdout}, with changes that are not committed`;
}

export function readMachine(): DrillRun["machine"] {
  return {
    cores: os.availableParallelism(),
    memoryGiB: Math.round(os.totalmem() / 2 ** 30),
    kernel: os.release(),
    node: process.versions.node,
  };
}
