import { type ChildProcess, type SpawnOptions, spawn } from "node:child_process";

export interface NodeProcesses {
  /** Starts this very Node with the given arguments; the process is ended with the host. */
  start(args: readonly string[], options: SpawnOptions): ChildProcess;
  /** Ends every process that still runs. */
  endAll(): void;
}

/** Keeps account of the programs and policy packs that run, so that none of them outlives the host. */
export function createNodeProcesses(): NodeProcesses {
  const running = new Set<ChildProcess>();
  return {
    start(args, options) {
      const child = spawn(process.execPath, args, options);
      running.add(child);
      child.once("close", () => running.delete(child));
      return child;
    },
    endAll() {
      // A program has nothing to clean up: its resources belong to the engine, and it may be stuck in a loop.
      for (const child of running) child.kill("SIGKILL");
    },
  };
}
