import type { Arm } from "../arms/arm.ts";
import type { BenchContext } from "../bench-context.ts";
import type { ScenarioResult } from "../report/model.ts";

/** One question that the bench answers. */
export interface Scenario {
  readonly name: string;
  /** Competitors have no place in it. */
  readonly isOnlyOurs?: boolean;
  /** @param arms those that are installed, in the order of the report */
  run(bench: BenchContext, arms: readonly Arm[]): Promise<ScenarioResult>;
}
