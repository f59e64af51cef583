/** Stands for every value beyond the bound. */
export const OTHER = "other";

interface BoundedLabelOptions {
  /** Values that do not match are counted as `other`. */
  readonly pattern: RegExp;
  /** How many distinct values are kept; the ones that come later are counted as `other`. */
  readonly maxValues: number;
}

/**
 * Turns a value that callers choose into a label value. Every distinct label value costs memory here and in Prometheus
 * for as long as the process lives, so a caller must not be able to invent them without end.
 */
export function createBoundedLabel({ pattern, maxValues }: BoundedLabelOptions): (value: string) => string {
  const known = new Set<string>();
  return (value) => {
    if (known.has(value)) return value;
    if (known.size >= maxValues || !pattern.test(value)) return OTHER;
    known.add(value);
    return value;
  };
}
