import type { Field } from "../manifests/field.ts";
import { type Finding, undecided, violation } from "../pack/finding.ts";

/** The whole number at a place, what holds where it is missing, or undefined where it is unknown or no whole number. */
export function wholeNumber(field: Field, fallback: number): number | undefined {
  if (field.missing) return fallback;
  // False for everything else than numbers, texts of digits too.
  return Number.isSafeInteger(field.value) ? (field.value as number) : undefined;
}

/** What is said of a value that could not be read as a whole number. */
export function notWhole(field: Field, name: string): Finding {
  if (field.unknown) return undecided(field);
  const reason = `${name} is ${JSON.stringify(field.value)}, which is no whole number.`;
  return violation(field, reason, "Write a whole number without quotes.");
}
