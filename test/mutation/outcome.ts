import type { MutantResult } from "@stryker-mutator/api/core";
import type { AcceptedMutant } from "./accepted.ts";

/** A mutant that every test passed. */
export interface Survivor {
  /** Below `policies/`. */
  readonly file: string;
  readonly line: number;
  readonly mutator: string;
  readonly original: string;
  readonly replacement: string;
  /** Whether any test runs the code at all. */
  readonly isCovered: boolean;
  /** Why it may survive; undefined where nothing was said about it. */
  readonly accepted: string | undefined;
}

/** What became of the mutants of one file. */
export interface FileOutcome {
  /** Below `policies/`. */
  readonly file: string;
  readonly killed: number;
  readonly timedOut: number;
  readonly survivors: readonly Survivor[];
}

export interface Outcome {
  readonly files: readonly FileOutcome[];
  /** Entries of the list that no mutant survived for, though their file was mutated. */
  readonly stale: readonly AcceptedMutant[];
}

/** Sorts out what Stryker gives; what it could not run and what it left alone does not count. */
export function outcomeOf(
  results: readonly MutantResult[],
  accepted: readonly AcceptedMutant[],
  sourceOf: (file: string) => string,
): Outcome {
  const byFile = Map.groupBy(results, ({ fileName }) => fileName.replace(/^.*?policies\//, ""));
  const files = [...byFile]
    .map(([file, mutants]) => ({
      file,
      killed: mutants.filter(({ status }) => status === "Killed").length,
      timedOut: mutants.filter(({ status }) => status === "Timeout").length,
      survivors: mutants
        .filter(({ status }) => status === "Survived" || status === "NoCoverage")
        .map((mutant) => survivorOf(file, mutant, sourceOf(file), accepted)),
    }))
    .toSorted((one, other) => (one.file < other.file ? -1 : 1));
  const survivors = files.flatMap((file) => file.survivors);
  // Values are only changed on demand: then what is said about them waits.
  const ignored = [...byFile].flatMap(([file, mutants]) =>
    mutants
      .filter(({ status }) => status === "Ignored")
      .map((mutant) => survivorOf(file, mutant, sourceOf(file), [])),
  );
  const stale = accepted.filter(
    (entry) => byFile.has(entry.file) && ![...survivors, ...ignored].some((each) => isSame(each, entry)),
  );
  return { files, stale };
}

/** The outcomes of the files of each folder together, by its name. */
export function groupsOf(files: readonly FileOutcome[]): FileOutcome[] {
  const byGroup = Map.groupBy(files, ({ file }) => file.split("/").slice(0, -1).join("/"));
  return [...byGroup].map(([group, members]) => totalOf(group, members));
}

/** Several outcomes as one, under this name. */
export function totalOf(name: string, files: readonly FileOutcome[]): FileOutcome {
  return {
    file: name,
    killed: sum(files, ({ killed }) => killed),
    timedOut: sum(files, ({ timedOut }) => timedOut),
    survivors: files.flatMap(({ survivors }) => survivors),
  };
}

/** In percent: the share of mutants that a test noticed, or for which a reason was given. */
export function scoreOf(files: readonly FileOutcome[]): number {
  const noticed = sum(files, ({ killed, timedOut }) => killed + timedOut);
  const unexplained = sum(files, ({ survivors }) => unexplainedOf(survivors).length);
  return noticed + unexplained === 0 ? 100 : (100 * noticed) / (noticed + unexplained);
}

export function unexplainedOf(survivors: readonly Survivor[]): Survivor[] {
  return survivors.filter(({ accepted }) => accepted === undefined);
}

function sum<Item>(items: readonly Item[], count: (item: Item) => number): number {
  return items.reduce((total, item) => total + count(item), 0);
}

function survivorOf(
  file: string,
  { location, mutatorName, replacement = "", status }: MutantResult,
  source: string,
  accepted: readonly AcceptedMutant[],
): Survivor {
  const original = textAt(source, location);
  const entry = accepted.find((each) => isSame({ file, original, replacement }, each));
  return {
    file,
    line: location.start.line,
    mutator: mutatorName,
    original,
    replacement,
    isCovered: status === "Survived",
    accepted: entry?.reason,
  };
}

function isSame(
  one: Pick<AcceptedMutant, "file" | "original" | "replacement">,
  other: Pick<AcceptedMutant, "file" | "original" | "replacement">,
): boolean {
  return one.file === other.file && one.original === other.original && one.replacement === other.replacement;
}

/** Lines and columns count from one; what stands in several lines becomes one. */
function textAt(source: string, { start, end }: MutantResult["location"]): string {
  const lines = source.split("\n").slice(start.line - 1, end.line);
  const last = lines.length - 1;
  lines[last] = lines[last]?.slice(0, end.column - 1) ?? "";
  lines[0] = lines[0]?.slice(start.column - 1) ?? "";
  return lines.join("\n").replace(/\s+/g, " ");
}
