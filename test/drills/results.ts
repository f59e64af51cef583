import type { Figure } from "./figures.ts";

/** What became of one drill. */
export interface DrillResult {
  readonly number: number;
  readonly title: string;
  readonly outcome: "passed" | "failed" | "not run";
  readonly seconds: number;
  readonly figures: readonly Figure[];
  readonly notes: readonly string[];
  /** Messages of what failed. */
  readonly failures: readonly string[];
  /** The run that it comes from, where that is another one than the page's. */
  readonly from?: RunMoment;
}

/** When a run began (ISO 8601) and what it ran. */
export interface RunMoment {
  readonly date: string;
  readonly commit: string;
}

/** One run of the drills, and what it ran on. */
export interface DrillRun extends RunMoment {
  readonly machine: {
    readonly cores: number;
    readonly memoryGiB: number;
    readonly kernel: string;
    readonly node: string;
  };
  readonly results: readonly DrillResult[];
  /** Messages of errors that belong to no drill. */
  readonly strayErrors: readonly string[];
}

export function countOutcomes(results: readonly DrillResult[]): { passed: number; failed: number } {
  const count = (outcome: DrillResult["outcome"]) =>
    results.filter((result) => result.outcome === outcome).length;
  return { passed: count("passed"), failed: count("failed") };
}

/** The results as a page of the documentation. */
export function renderMarkdown(run: DrillRun): string {
  const { cores, memoryGiB, kernel, node } = run.machine;
  const { passed, failed } = countOutcomes(run.results);
  const summary = run.results.map(({ number, title, outcome, seconds }) => [
    String(number),
    title,
    outcome,
    formatSeconds(seconds),
  ]);
  const blocks = [
    "# Results of the drills",
    "Written by `npm run test:drills`; do not edit.",
    table(
      ["", ""],
      [
        ["began", run.date],
        ["commit", run.commit],
        ["machine", `${cores} cores, ${memoryGiB} GiB of memory, Linux ${kernel}, Node ${node}`],
        ["result", `${passed} passed, ${failed} failed`],
      ],
    ),
    table(["drill", "what happens", "result", "time"], summary),
    ...run.results.map(renderSection),
    ...(run.strayErrors.length === 0 ? [] : ["## Outside of the drills", ...run.strayErrors.map(codeBlock)]),
  ];
  return `${blocks.join("\n\n")}\n`;
}

/**
 * The results of a run of some drills with those that another run has for the rest.
 *
 * @param before undefined where there was none
 */
export function completedBy(run: DrillRun, before: DrillRun | undefined): DrillRun {
  const results = run.results.map((result) => {
    if (result.outcome !== "not run" || before === undefined) return result;
    const earlier = before.results.find(({ number }) => number === result.number);
    if (earlier === undefined || earlier.outcome === "not run") return result;
    return { ...earlier, from: earlier.from ?? { date: before.date, commit: before.commit } };
  });
  return { ...run, results };
}

function renderSection(result: DrillResult): string {
  const { number, title, outcome, figures, notes, failures, from } = result;
  const rows = figures.map((figure) => [figure.name, formatValue(figure), formatBound(figure)]);
  const blocks = [
    `## ${number}. ${title}`,
    ...(outcome === "passed" ? [] : [`**${outcome}**`]),
    ...(from === undefined ? [] : [`From the run of ${from.date}, commit ${from.commit}.`]),
    ...(rows.length === 0 ? [] : [table(["figure", "value", "bound"], rows)]),
    ...(notes.length === 0 ? [] : [notes.map((note) => `- ${note}`).join("\n")]),
    ...failures.map(codeBlock),
  ];
  return blocks.join("\n\n");
}

function codeBlock(text: string): string {
  return ["```text", text, "```"].join("\n");
}

function table(head: readonly string[], rows: readonly (readonly string[])[]): string {
  const line = (cells: readonly string[]) => `| ${cells.map(cell).join(" | ")} |`;
  return [line(head), `|${"---|".repeat(head.length)}`, ...rows.map(line)].join("\n");
}

/** A cell ends at a bar and at the end of its line. */
function cell(text: string): string {
  return text.replaceAll("|", "\\|").replaceAll(/\s*\n\s*/g, " ");
}

/** The results for a terminal: a line for each drill, its figures and failures beneath. */
export function renderText(results: readonly DrillResult[]): string {
  return results
    .flatMap(({ number, title, outcome, seconds, figures, notes, failures }) => [
      `${String(number).padStart(2)}  ${outcome.padEnd(7)} ${formatSeconds(seconds).padStart(11)}  ${title}`,
      ...figures.map(
        (figure) => `      ${[figure.name, `${formatValue(figure)}${inBrackets(figure)}`].join(": ")}`,
      ),
      ...notes.map((note) => `      ${note}`),
      ...failures.map((failure) => `      ! ${failure.split("\n")[0]}`),
    ])
    .join("\n");
}

function inBrackets(figure: Figure): string {
  const bound = formatBound(figure);
  return bound === "" ? "" : ` (${bound})`;
}

function formatValue({ value, unit }: Figure): string {
  const text = typeof value === "number" ? formatNumber(value) : value;
  return unit === "" ? text : `${text} ${unit}`;
}

function formatBound({ atMost, unit }: Figure): string {
  return atMost === undefined ? "" : `at most ${formatValue({ name: "", value: atMost, unit })}`;
}

/** Thousands are set off, and no more digits given than a measurement has. */
function formatNumber(value: number): string {
  return value.toLocaleString("en-GB", { maximumFractionDigits: 2 });
}

function formatSeconds(seconds: number): string {
  const rounded = Math.round(seconds);
  return rounded < 60 ? `${rounded} s` : `${Math.floor(rounded / 60)} min ${rounded % 60} s`;
}
