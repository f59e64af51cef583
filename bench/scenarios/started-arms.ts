import type { Arm, RunningArm, StartOptions } from "../arms/arm.ts";
import type { BenchContext } from "../bench-context.ts";
import { MODELS } from "../mock/answers.ts";
import type { Outcome, Row } from "../report/model.ts";
import { reasonOf } from "../report/reason.ts";
import { awaitAnswer } from "./first-answer.ts";

export interface StartedArm {
  readonly name: string;
  readonly running: RunningArm;
}

/**
 * Starts all arms, sees that each gives the mock's answer, and stops them when the work is done.
 *
 * @returns a row for each arm and case, in the order of the arms: those of the work, and failures to start
 */
export async function withStartedArms(
  bench: BenchContext,
  arms: readonly Arm[],
  options: StartOptions,
  work: (started: readonly StartedArm[]) => Promise<readonly Row[]>,
): Promise<Row[]> {
  const started: StartedArm[] = [];
  const failures: Row[] = [];
  try {
    for (const arm of arms) {
      bench.signal.throwIfAborted();
      bench.say(`starting ${arm.name}`);
      const outcome = await startOne(bench, arm, options);
      if ("running" in outcome) started.push(outcome);
      else failures.push(outcome);
    }
    const rows = [...(await work(started)), ...failures];
    return arms.flatMap(({ name }) => rows.filter(({ arm }) => arm === name));
  } finally {
    await Promise.all(started.map(({ running }) => running.stop()));
  }
}

/** Rows of one case. */
export function rowsOf(outcomes: ReadonlyMap<string, Outcome>, caseName?: string): Row[] {
  return [...outcomes].map(([arm, outcome]) => ({
    arm,
    outcome,
    ...(caseName === undefined ? {} : { case: caseName }),
  }));
}

async function startOne(bench: BenchContext, arm: Arm, options: StartOptions): Promise<StartedArm | Row> {
  let running: RunningArm | undefined;
  try {
    running = await arm.start(bench, options);
    await awaitAnswer(running, options.fallback?.from ?? MODELS.ordinary, bench.signal);
    return { name: arm.name, running };
  } catch (error) {
    await running?.stop();
    bench.signal.throwIfAborted();
    return { arm: arm.name, outcome: { kind: "failed", reason: reasonOf(error) } };
  }
}
