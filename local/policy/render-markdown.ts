import { describeStatus } from "./render-text.ts";
import { type PolicyReport, type PolicyResult, SEVERITIES } from "./report.ts";
import { describeCounts, describeVerdict, isPassed, type Verdict } from "./verdict.ts";

/** Code hosts refuse comments of more than 65,536 characters. */
const MAX_CHARACTERS = 64_000;
/** One value of an object may be as long as a file. */
const MAX_CELL_CHARACTERS = 1_000;
const MAX_ERROR_CHARACTERS = 8_000;
/** Kept for each table: its head, its end and how many rows are left out. */
const TABLE_CHARACTERS = 300;

/** The hidden line by which a later report of the same stack finds the comment that it replaces. */
export function commentMarker(stack: string): string {
  return `<!-- claude-agents-policy: ${encodeURIComponent(stack).replaceAll("-", "%2D")} -->`;
}

/** The report as a comment of a pull request. What names of objects say is shown, never obeyed as Markdown or HTML. */
export function renderMarkdown(report: PolicyReport, verdict: Verdict): string {
  const { stack, config, policies } = report;
  const sections = [
    table("Findings", ["Severity", "Policy", "Resource", "What"], findingRows(policies)),
    table("Not checked", ["Policy", "Resource", "Value", "Looked at"], uncheckedRows(policies)),
    table("Exceptions that hold today", ["Resource", "What"], exceptionRows(report)),
    folded(table("Policies", ["Policy", "Severity", "Level", "Status"], statusRows(policies))),
  ];
  const head = [
    commentMarker(stack),
    `### Policies of the stack ${plain(stack)}: ${isPassed(verdict) ? "passed" : "failed"}`,
    `${describeVerdict(verdict)}. ${describeCounts(report)}. Previewed against empty simulated clusters, configuration ` +
      `${plain(config)}.`,
    ...report.errors.map((error) => `**The preview itself failed.** ${plain(error, MAX_ERROR_CHARACTERS)}`),
  ].join("\n\n");
  return bounded(head, sections);
}

/** What takes the place of a report that was never made, so that no older one is taken for today's. */
export function renderMissing(stack: string): string {
  return [
    commentMarker(stack),
    `### Policies of the stack ${plain(stack)}: not judged`,
    "The command ended before it had a report. Its error is in the log of this job.\n",
  ].join("\n\n");
}

interface Table {
  readonly head: string;
  readonly rows: readonly string[];
  /** What comes after the rows. */
  readonly foot: string;
}

function table(title: string, columns: readonly string[], rows: readonly (readonly string[])[]): Table {
  const line = (cells: readonly string[]) => `| ${cells.join(" | ")} |`;
  const head = [`#### ${title}`, "", line(columns), line(columns.map(() => "---"))].join("\n");
  return { head, rows: rows.map(line), foot: "" };
}

/** Shown when somebody asks for it: whoever reviews wants what is wrong, not what is right. */
function folded({ head, rows }: Table): Table {
  const [title, ...rest] = head.split("\n");
  const summary = `<details><summary>${title?.replace("#### ", "")}: all ${rows.length}</summary>`;
  return { head: [summary, ...rest].join("\n"), rows, foot: "\n\n</details>" };
}

/** Leaves out rows that would make the comment too long, and says how many; no table is left out as a whole. */
function bounded(head: string, tables: readonly Table[]): string {
  const filled = tables.filter(({ rows }) => rows.length > 0);
  let text = head.slice(0, MAX_CHARACTERS / 2);
  for (const [index, { head: tableHead, rows, foot }] of filled.entries()) {
    text += `\n\n${tableHead}`;
    const limit = MAX_CHARACTERS - TABLE_CHARACTERS * (filled.length - index);
    const shown = fittingRows(rows, limit - text.length);
    text += shown.map((row) => `\n${row}`).join("");
    if (shown.length < rows.length) text += noticeOf(rows.length - shown.length);
    text += foot;
  }
  return `${text}\n`;
}

/** The first rows that take no more than so many characters, their line breaks counted. */
export function fittingRows(rows: readonly string[], characters: number): readonly string[] {
  let used = 0;
  const end = rows.findIndex((row) => {
    used += row.length + 1;
    return used > characters;
  });
  return end < 0 ? rows : rows.slice(0, end);
}

function noticeOf(rows: number): string {
  return `\n\n${rows} rows are left out here; \`npm run policy\` shows all.`;
}

function findingRows(policies: readonly PolicyResult[]): string[][] {
  return bySeverity(policies).flatMap(({ name, severity, findings }) =>
    findings.map(({ resource, message, enforcement }) => [
      enforcement === "advisory" ? `${severity} (advice)` : severity,
      plain(name),
      plain(resource),
      plain(message),
    ]),
  );
}

function uncheckedRows(policies: readonly PolicyResult[]): string[][] {
  return bySeverity(policies).flatMap(({ name, unchecked }) =>
    unchecked.map(({ resource, path, accepted }) => [
      plain(name),
      plain(resource),
      plain(path),
      accepted === undefined ? "**no**" : plain(accepted),
    ]),
  );
}

function exceptionRows({ exceptions }: PolicyReport): string[][] {
  return exceptions.map(({ resource, message }) => [plain(resource), plain(message)]);
}

function statusRows(policies: readonly PolicyResult[]): string[][] {
  return policies.map((policy) => [
    plain(policy.name),
    policy.severity,
    policy.enforcement,
    describeStatus(policy),
  ]);
}

function bySeverity(policies: readonly PolicyResult[]): readonly PolicyResult[] {
  return policies.toSorted((a, b) => SEVERITIES.indexOf(a.severity) - SEVERITIES.indexOf(b.severity));
}

/** Text as it is: no mention, reference, link, emphasis, element or new cell comes of it. */
function plain(text: string, limit = MAX_CELL_CHARACTERS): string {
  const characters = [...text.replaceAll(/\s+/g, " ").trim()];
  const shown = characters.length > limit ? [...characters.slice(0, limit), "…"] : characters;
  return shown
    .map((character) => (/[\p{L}\p{N} .,;:'"()=/+…-]/u.test(character) ? character : escaped(character)))
    .join("")
    .replaceAll("://", `${entity(":")}//`)
    .replaceAll(/www\./gi, (host) => host.replace(".", entity(".")));
}

/** Code hosts look for mentions and references after entities were resolved: a space without width ends those. */
const NO_WIDTH = entity("\u200b");

function escaped(character: string): string {
  return character === "@" || character === "#" ? `${character}${NO_WIDTH}` : entity(character);
}

function entity(character: string): string {
  return `&#${character.codePointAt(0)};`;
}
