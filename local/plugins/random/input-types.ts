import { z } from "zod";
import { refusal } from "./messages.ts";

/** A whole number of at least `minimum`. */
export function wholeNumber(name: string, minimum: number) {
  const error = (issue: { readonly input: unknown }) =>
    refusal(name, issue.input, `it must be a whole number of at least ${minimum}`);
  return z.int({ error }).min(minimum, { error });
}

/** `true` or `false`; `fallback` when it is not given. */
export function yesOrNo<Fallback extends boolean | undefined>(name: string, fallback: Fallback) {
  const error = (issue: { readonly input: unknown }) =>
    refusal(name, issue.input, "it must be true or false");
  return z
    .boolean({ error })
    .optional()
    .transform((value): boolean | Fallback => value ?? fallback);
}

/** A text of any length. */
export function text(name: string) {
  return z.string({ error: (issue) => refusal(name, issue.input, "it must be a string") });
}

/** Values that have no other meaning than that a change of them draws anew. */
export const keepers = z.record(z.string(), z.json()).optional();
