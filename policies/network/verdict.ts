import type { Field } from "../manifests/field.ts";

/** Whether something holds, or which value has to be known to tell. */
export type Verdict = "yes" | "no" | { readonly unknown: Field };

/** Whether all hold: one that does not decides. */
export function all(verdicts: readonly Verdict[]): Verdict {
  if (verdicts.includes("no")) return "no";
  return verdicts.find((verdict) => typeof verdict === "object") ?? "yes";
}

/** Whether one holds: the first that does decides, and no more are asked for. */
export function some(verdicts: Iterable<Verdict>): Verdict {
  let open: Verdict | undefined;
  for (const verdict of verdicts) {
    if (verdict === "yes") return verdict;
    if (verdict !== "no") open ??= verdict;
  }
  return open ?? "no";
}

/** Whether a value is one of those wanted. */
export function isOneOf(field: Field, ...wanted: readonly unknown[]): Verdict {
  if (field.unknown) return { unknown: field };
  return wanted.includes(field.value) ? "yes" : "no";
}

/** Whether two values are the same; what is not set counts as the fallback. */
export function isSame(left: Field, right: Field, fallback?: string): Verdict {
  const unknown = [left, right].find((field) => field.unknown);
  if (unknown !== undefined) return { unknown };
  return (left.value ?? fallback) === (right.value ?? fallback) ? "yes" : "no";
}
