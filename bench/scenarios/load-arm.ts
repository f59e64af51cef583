import type { BenchContext } from "../bench-context.ts";
import { type LoadOptions, type LoadResult, runLoad } from "../load/h2load.ts";
import { usageOf } from "../processes/process-tree.ts";
import type { StartedArm } from "./started-arms.ts";

export type ArmLoad = Pick<LoadOptions, "bodyFile" | "concurrency" | "seconds" | "requestsPerSecond">;

export interface ArmLoadResult extends LoadResult {
  /** CPU time that the arm took for one request, its store not included. */
  readonly cpuUs: number;
  /** CPU time of its store for one request. */
  readonly storeCpuUs: number;
}

/** Loads an arm and counts the CPU time that its processes take meanwhile. */
export async function loadArm(
  bench: BenchContext,
  { running }: StartedArm,
  load: ArmLoad,
): Promise<ArmLoadResult> {
  const { url, headers, pids, storePids } = running;
  await bench.processes.trimLogs();
  const [before, storeBefore] = [await usageOf(pids), await usageOf(storePids)];
  const result = await runLoad(bench, { url, headers, ...load });
  const [after, storeAfter] = [await usageOf(pids), await usageOf(storePids)];
  const requests = result.answered + result.failed;
  return {
    ...result,
    cpuUs: ((after.cpuSeconds - before.cpuSeconds) / requests) * 1e6,
    storeCpuUs: ((storeAfter.cpuSeconds - storeBefore.cpuSeconds) / requests) * 1e6,
  };
}

/** @throws Error when any answer was not a good one: the figures of the others would flatter. */
export async function loadArmCleanly(
  bench: BenchContext,
  arm: StartedArm,
  load: ArmLoad,
): Promise<ArmLoadResult> {
  const result = await loadArm(bench, arm, load);
  if (result.failed === 0) return result;
  throw new Error(`${result.failed} of ${result.answered + result.failed} answers were not 200`);
}

const WARM_UP_CONCURRENCY = 8;

/** Runs every arm's code until it is compiled. */
export async function warmUp(
  bench: BenchContext,
  arms: readonly StartedArm[],
  bodyFile: string,
): Promise<void> {
  const { warmUpSeconds: seconds } = bench.plan;
  for (const arm of arms) {
    bench.signal.throwIfAborted();
    bench.say(`warming up ${arm.name}`);
    // Whoever fails here fails again when it is measured, where that is noted.
    await loadArm(bench, arm, { bodyFile, concurrency: WARM_UP_CONCURRENCY, seconds }).catch(() => undefined);
  }
}
