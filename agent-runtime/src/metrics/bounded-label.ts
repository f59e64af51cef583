/** Stands for every value beyond the bound. */
export const OTHER = "other";

interface BoundedLabelOptions {
  /** Values that do not match are counted as `other`. */
  readonly pattern: RegExp;
  /** How many distinct values are kept; the ones that come later are counted as `other`. */
  readonly maxValues: number;
  /**
   * Values that somebody else than callers has named, and that are kept whatever callers name. Their number must have a
   * bound of its own. None when absent.
   */
  readonly isReserved?: (value: string) => boolean;
}

/**
 * Turns a value that callers choose into a label value. Every distinct label value costs memory here and in Prometheus
 * for as long as the process lives, so a caller must not be able to invent them without end.
 */
export function createBoundedLabel({
  pattern,
  maxValues,
  isReserved = () => false,
}: BoundedLabelOptions): (value: string) => string {
  const known = new Set<string>();
  let places = maxValues;
  return (value) => {
    if (known.has(value)) return value;
    if (!isReserved(value)) {
      if (places === 0 || !pattern.test(value)) return OTHER;
      places -= 1;
    }
    known.add(value);
    return value;
  };
}

/** How models are named. Another name, and one beyond the bound, is counted as `other`. */
const MODEL = /^[a-z0-9][a-z0-9._@-]{0,127}$/;
const MAX_MODELS = 50;

export const createModelLabel = () => createBoundedLabel({ pattern: MODEL, maxValues: MAX_MODELS });
