import { type PolicyReport, type PolicyResult, SEVERITIES } from "./report.ts";
import { describeVerdict, isPassed, type Verdict } from "./verdict.ts";

/** Code hosts refuse comments of more than 65,536 characters. */
const MAX_CHARACTERS = 64_000;
/** One value of an object may be as long as a file. */
const MAX_CELL_CHARACTERS = 1_000;
const MAX_ERROR_CHARACTERS = 8_000;

/** The hidden line by which a later report of the same stack finds the comment that it replaces. */
export function commentMarker(stack: string): string {
  return `<!-- claude-agents-policy: ${encodeURIComponent(stack).replaceAll("-", "%2D")} -->`;
}

/** The report as a comment of a pull request. What names of objects say is shown, never obeyed as Markdown or HTML. */
export function renderMarkdown(report: PolicyReport, verdict: Verdict): string {
  const { stack, config, resources, policies, durationMs } = report;
  const sections = [
    table("Findings", ["Severity", "Policy", "Resource", "What"], findingRows(policies)),
    table("Not checked", ["Policy", "Resource", "Value", "Looked at"], uncheckedRows(policies)),
    table("Exceptions that hold today", ["Resource", "What"], exceptionRows(report)),
    table("Policies", ["Policy", "Severity", "Level", "Status"], statusRows(policies)),
  ];
  const head = [
    commentMarker(stack),
    `### Policies of the stack ${plain(stack)}: ${isPassed(verdict) ? "passed" : "failed"}`,
    `${describeVerdict(verdict)}. ${resources} resources, ${policies.length} policies, configuration ${plain(config)}, ` +
      `${(durationMs / 1000).toFixed(1)} s, against empty simulated clusters.`,
    ...report.errors.map((error) => `**The preview itself failed.** ${plain(error, MAX_ERROR_CHARACTERS)}`),
  ].join("\n\n");
  return bounded(head, sections);
}

interface Table {
  readonly head: string;
  readonly rows: readonly string[];
}

function table(title: string, columns: readonly string[], rows: readonly (readonly string[])[]): Table {
  const line = (cells: readonly string[]) => `| ${cells.join(" | ")} |`;
  const head = [`#### ${title}`, "", line(columns), line(columns.map(() => "---"))].join("\n");
  return { head, rows: rows.map(line) };
}

/** Leaves out rows that would make the comment too long, and says how many. */
function bounded(head: string, tables: readonly Table[]): string {
  let text = head.slice(0, MAX_CHARACTERS / 2);
  for (const { head: tableHead, rows } of tables) {
    if (rows.length === 0) continue;
    const notice = `\n\n${rows.length} rows are left out here; \`npm run policy\` shows all.\n`;
    if (text.length + tableHead.length + notice.length + 2 > MAX_CHARACTERS) break;
    text += `\n\n${tableHead}`;
    let shown = 0;
    for (const row of rows) {
      if (text.length + row.length + 1 + notice.length > MAX_CHARACTERS) break;
      text += `\n${row}`;
      shown += 1;
    }
    if (shown < rows.length)
      text += `\n\n${rows.length - shown} rows are left out here; \`npm run policy\` shows all.`;
  }
  return `${text}\n`;
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
  return policies.map(({ name, severity, enforcement, status }) => [
    plain(name),
    severity,
    enforcement,
    status,
  ]);
}

function bySeverity(policies: readonly PolicyResult[]): readonly PolicyResult[] {
  return policies.toSorted((a, b) => SEVERITIES.indexOf(a.severity) - SEVERITIES.indexOf(b.severity));
}

/** Text as it is: no mention, link, emphasis, element or new cell comes of it. */
function plain(text: string, limit = MAX_CELL_CHARACTERS): string {
  const characters = [...text.replaceAll(/\s+/g, " ").trim()];
  const shown = characters.length > limit ? [...characters.slice(0, limit), "…"] : characters;
  return shown
    .map((character) => (/[\p{L}\p{N} .,;:'"()=/+…-]/u.test(character) ? character : entity(character)))
    .join("");
}

function entity(character: string): string {
  return `&#${character.codePointAt(0)};`;
}
