/** The value where it is a whole number; else no number, to which every comparison says no. */
export function wholeNumberOf(value: unknown): number {
  return Number.isSafeInteger(value) ? Number(value) : Number.NaN;
}

/** The 25 of `25%`, as bounds on numbers of pods are written; else no number, to which every comparison says no. */
export function percentOf(value: unknown): number {
  return Number(/^(\d{1,3})%$/.exec(typeof value === "string" ? value : "")?.[1]);
}
