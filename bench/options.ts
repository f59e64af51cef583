import { InvalidArgumentError } from "commander";

export interface BenchOptions {
  readonly quick?: boolean;
  readonly only?: readonly string[];
  readonly arms?: readonly string[];
  readonly results?: string;
}

export const DEFAULT_RESULTS = "bench/results";

/**
 * Reads a comma-separated list of known names.
 *
 * @returns a parser for commander, which throws for a name that is not known
 */
export function parseNames(known: readonly string[]): (text: string) => string[] {
  return (text) => {
    const wanted = text.split(",").map((name) => name.trim());
    const unknown = wanted.filter((name) => !known.includes(name));
    if (unknown.length === 0) return wanted;
    throw new InvalidArgumentError(
      `Got ${JSON.stringify(unknown.join(","))}; allowed are ${known.join(", ")}.`,
    );
  };
}

/** Those that were asked for, in their own order; all without a wish. */
export function selectNamed<T extends { readonly name: string }>(
  all: readonly T[],
  wanted: readonly string[] | undefined,
  always: readonly string[] = [],
): T[] {
  return all.filter(({ name }) => wanted === undefined || wanted.includes(name) || always.includes(name));
}

/** The report of a part replaces that of the whole only where its folder was named. */
export function resultsFolderOf({ only, arms, results }: BenchOptions): string | undefined {
  if (results !== undefined) return results;
  return only === undefined && arms === undefined ? DEFAULT_RESULTS : undefined;
}
