import type { BenchContext } from "../bench-context.ts";
import type { ProgramPlan } from "../processes/owned-processes.ts";
import { waitReady } from "../processes/wait-ready.ts";
import { CALLER_KEY, type RunningArm } from "./arm.ts";

interface ArmPlan extends ProgramPlan {
  readonly port: number;
  /** Path that answers 200 when it is ready. */
  readonly readyPath: string;
  readonly readyTimeoutMs?: number;
  readonly headers?: Readonly<Record<string, string>>;
}

/** Starts the process of an arm and waits until it is ready. */
export async function startArm(bench: BenchContext, plan: ArmPlan): Promise<RunningArm> {
  const url = `http://127.0.0.1:${plan.port}`;
  const startedAt = performance.now();
  const owned = bench.processes.start(plan);
  try {
    const timeoutMs = plan.readyTimeoutMs ?? 20_000;
    await waitReady(owned, `${url}${plan.readyPath}`, { timeoutMs, signal: bench.signal });
  } catch (error) {
    await owned.stop();
    throw error;
  }
  return {
    url,
    headers: plan.headers ?? { "x-api-key": CALLER_KEY },
    pids: [owned.pid],
    storePids: [],
    readyMs: performance.now() - startedAt,
    stop: () => owned.stop(),
  };
}
