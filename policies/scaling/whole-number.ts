/** The value where it is a whole number; else no number, to which every comparison says no. */
export function wholeNumberOf(value: unknown): number {
  return Number.isSafeInteger(value) ? Number(value) : Number.NaN;
}
