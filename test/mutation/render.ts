import {
  type FileOutcome,
  groupsOf,
  type Outcome,
  type Survivor,
  scoreOf,
  totalOf,
  unexplainedOf,
} from "./outcome.ts";

export interface RunFacts {
  readonly date: string;
  readonly commit: string;
  readonly machine: string;
  readonly seconds: number;
  /** Whether words, patterns and tables were changed too. */
  readonly values: boolean;
}

/** What is shown at the end of a run. */
export function renderSummary({ files, stale }: Outcome): string {
  const survivors = files.flatMap((file) => unexplainedOf(file.survivors));
  return [
    ...files.map(
      ({ file, ...counts }) =>
        `${file}: ${describeCounts({ file, ...counts })}, ${percent([{ file, ...counts }])}`,
    ),
    ...survivors.map((survivor) => `SURVIVED ${describeSurvivor(survivor)}`),
    ...stale.map(
      ({ file, original, replacement }) => `KILLED, though accepted: ${file}: ${original} → ${replacement}`,
    ),
    `${describeCounts(totalOf("", files))}: ${percent(files)}`,
  ].join("\n");
}

/** The same for `docs/results/`. */
export function renderReport(
  { files }: Outcome,
  { date, commit, machine, seconds, values }: RunFacts,
): string {
  const scope = values
    ? "So were words, patterns and tables; sentences and what a policy says about itself were left alone."
    : "Texts were left alone, and so was what runs only while a module is loaded, such as tables: `-- --values` changes these too.";
  const survivors = files.flatMap((file) => file.survivors);
  return `${[
    "# Mutation tests of the policies",
    "Written by `npm run test:mutation`; do not edit.",
    `Every condition, comparison, operator, branch, list, pattern and method of the policies was changed, one at a time: a test of the policies has to fail. A mutant that makes the tests run for ever has timed out, and was noticed so. ${scope}`,
    table(
      ["", ""],
      [
        ["began", date],
        ["commit", commit],
        ["machine", machine],
        ["took", `${Math.round(seconds)} s`],
        ["result", `${describeCounts(totalOf("", files))}: ${percent(files)}`],
      ],
    ),
    "## Survivors",
    survivors.length === 0
      ? "None."
      : survivors.map((survivor) => `- ${describeSurvivor(survivor)}`).join("\n"),
    "## Groups",
    countsTable("folder", groupsOf(files)),
    "## Files",
    countsTable("file", files),
  ].join("\n\n")}\n`;
}

function countsTable(heading: string, outcomes: readonly FileOutcome[]): string {
  return table(
    [heading, "mutants", "killed", "timed out", "survived", "of these in no test", "accepted", "score"],
    outcomes.map((outcome) => {
      const { file, killed, timedOut, survivors } = outcome;
      const counts = [
        killed + timedOut + survivors.length,
        killed,
        timedOut,
        survivors.length,
        survivors.filter(({ isCovered }) => !isCovered).length,
        survivors.length - unexplainedOf(survivors).length,
      ];
      return [file, ...counts.map(String), percent([outcome])];
    }),
  );
}

function describeSurvivor({ file, line, original, replacement, isCovered, accepted }: Survivor): string {
  const change = `${file}:${line}: \`${shorten(original)}\` → \`${shorten(replacement)}\``;
  const cover = isCovered ? "" : ", which no test runs";
  return `${change}${cover}${accepted === undefined ? "" : ` (accepted: ${accepted})`}`;
}

function describeCounts({ killed, timedOut, survivors }: FileOutcome): string {
  const unexplained = unexplainedOf(survivors).length;
  const accepted = survivors.length - unexplained;
  return `${killed} killed, ${timedOut} timed out, ${unexplained} survived, ${accepted} accepted`;
}

/** Rounded down: one survivor among thousands is no 100 %. */
function percent(files: readonly FileOutcome[]): string {
  return `${(Math.floor(scoreOf(files) * 10) / 10).toFixed(1)} %`;
}

function shorten(text: string): string {
  return text.length > 140 ? `${text.slice(0, 139)}…` : text;
}

function table(head: readonly string[], rows: readonly (readonly string[])[]): string {
  const line = (cells: readonly string[]) =>
    `| ${cells.map((cell) => cell.replaceAll("|", "\\|")).join(" | ")} |`;
  return [line(head), line(head.map(() => "---")), ...rows.map(line)].join("\n");
}
