import type { DrillReport } from "./drill.ts";
import type { PlannedDrill } from "./planned-drills.ts";
import type { DrillResult } from "./results.ts";

/** What the test runner says about one test of a drill's file. */
export interface RanTest {
  readonly state: string;
  readonly seconds: number;
  readonly errors: readonly string[];
  readonly report: DrillReport | undefined;
}

/** What the test runner says about a drill's file. */
export interface RanFile {
  /** Errors outside of its tests, as when it cannot be imported. */
  readonly errors: readonly string[];
  readonly tests: readonly RanTest[];
}

/** The result of a drill that was not asked for. */
export function notRun({ number, topic }: PlannedDrill): DrillResult {
  return { number, title: topic, outcome: "not run", seconds: 0, figures: [], notes: [], failures: [] };
}

/**
 * The result of a drill that was asked for. Only a drill that ran and passed has passed: a file that never ran, that
 * could not be imported, that holds no drill or skips it has failed.
 */
export function resultOf(planned: PlannedDrill, file: RanFile | undefined): DrillResult {
  const tests = file?.tests ?? [];
  const report = tests[0]?.report;
  const failures = [...(file?.errors ?? []), ...tests.flatMap(({ errors }) => errors)];
  const hasPassed =
    failures.length === 0 &&
    report?.number === planned.number &&
    tests.every(({ state }) => state === "passed");
  return {
    number: planned.number,
    title: report?.title ?? planned.topic,
    outcome: hasPassed ? "passed" : "failed",
    seconds: tests.reduce((sum, { seconds }) => sum + seconds, 0),
    figures: report?.figures ?? [],
    notes: report?.notes ?? [],
    failures: hasPassed || failures.length > 0 ? failures : [whyWithoutFailure(planned, file)],
  };
}

function whyWithoutFailure({ number, file }: PlannedDrill, ran: RanFile | undefined): string {
  const [test] = ran?.tests ?? [];
  if (test === undefined) return `${file} was not run`;
  const { state, report } = test;
  if (state !== "passed") return `The drill in ${file} ended as ${state}.`;
  return `${file} declares drill ${report?.number ?? "without a number"} instead of ${number}.`;
}
