import type { Field } from "./field.ts";

/** What a policy found at one place of a manifest. */
export type Finding =
  | { readonly type: "violation"; readonly field: Field; readonly reason: string; readonly remedy: string }
  | { readonly type: "undecided"; readonly field: Field };

/**
 * @param reason what is wrong and why that matters; never a secret's value
 * @param remedy what to write instead
 */
export function violation(field: Field, reason: string, remedy: string): Finding {
  return { type: "violation", field, reason, remedy };
}

/** The value decides, and it is not known before the update. */
export function undecided(field: Field): Finding {
  return { type: "undecided", field };
}
