import type { Field } from "../../../policies/manifests/field.ts";
import type { Finding } from "../../../policies/pack/finding.ts";
import { undecided, violation } from "../../../policies/pack/finding.ts";

/** What policies that exist only in tests say about themselves. */
export const FACTS = {
  description: "Nothing is allowed.",
  severity: "low",
  controls: [],
  reason: "Tests need one.",
  remedy: "Remove it.",
  parameters: {},
  examples: { pass: [], fail: [] },
} as const;

/** Refuses a value that is there, passes one that is not, and leaves open one that is not known. */
export function judgePresence(field: Field): Finding[] {
  if (field.unknown) return [undecided(field)];
  return field.missing ? [] : [violation(field, `got ${JSON.stringify(field.value)}.`, "Remove it.")];
}

/** Fault 29: something in the policy itself is broken. */
export function fail(): never {
  throw new TypeError("x is not a function");
}

/** The annotation that takes an object out of a policy until the end of this day. */
export function exceptionFrom(policy: string, expires: string): Record<string, string> {
  return { [`policy-exception/${policy}`]: JSON.stringify({ owner: "payments", reason: "audit", expires }) };
}
