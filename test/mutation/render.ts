import { type FileOutcome, type Outcome, type Survivor, scoreOf, sum, unexplainedOf } from "./outcome.ts";

export interface RunFacts {
  readonly date: string;
  readonly commit: string;
  readonly machine: string;
  readonly seconds: number;
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
    `${describeCounts(totalOf(files))}: ${percent(files)}`,
  ].join("\n");
}

/** The same for `docs/results/`. */
export function renderReport({ files }: Outcome, { date, commit, machine, seconds }: RunFacts): string {
  const survivors = files.flatMap((file) => file.survivors);
  return `${[
    "# Mutation tests of the policies",
    "Written by `npm run test:mutation`; do not edit.",
    "Every condition, comparison, operator, branch, list and method of the policies was changed, one at a time: a test of the policies has to fail. Texts are left alone, and so is what runs only while a module is loaded, such as examples and tables.",
    table(
      ["", ""],
      [
        ["began", date],
        ["commit", commit],
        ["machine", machine],
        ["took", `${Math.round(seconds)} s`],
        ["result", `${describeCounts(totalOf(files))}: ${percent(files)}`],
      ],
    ),
    "## Survivors",
    survivors.length === 0
      ? "None."
      : survivors.map((survivor) => `- ${describeSurvivor(survivor)}`).join("\n"),
    "## Files",
    table(
      ["file", "killed", "timed out", "survived", "score"],
      files.map((file) => [
        file.file,
        String(file.killed),
        String(file.timedOut),
        String(file.survivors.length),
        percent([file]),
      ]),
    ),
  ].join("\n\n")}\n`;
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

function totalOf(files: readonly FileOutcome[]): FileOutcome {
  return {
    file: "",
    killed: sum(files, ({ killed }) => killed),
    timedOut: sum(files, ({ timedOut }) => timedOut),
    survivors: files.flatMap(({ survivors }) => survivors),
  };
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
