import { undecided } from "../pack/finding.ts";
import type { StackFinding } from "../pack/stack-policy.ts";
import type { UnknownValue } from "../scaling/scale-target.ts";

/** Findings of values that would decide and are not known yet, each in the object that holds it. */
export function undecidedValues(values: readonly UnknownValue[]): StackFinding[] {
  return values.map(({ placed, field }) => ({ placed, finding: undecided(field) }));
}
