import { styleText } from "node:util";
import type { AimResult, Machine, Report, ScenarioResult } from "./model.ts";
import { aimTable, armTable, scenarioTable, type Table } from "./tables.ts";

/** The report as a page. */
export function renderMarkdown(report: Report): string {
  const { date, commit, machine, scenarios, aims } = report;
  const facts = [
    ["began", date],
    ["commit", commit],
    ["machine", machineOf(machine)],
    ["rounds", roundsOf(report)],
  ];
  const blocks = [
    "# Speed of the gateway",
    "Written by `npm run bench`; do not edit. Figures are medians over the rounds, in brackets the least and the most. " +
      "Driver, mock upstream and gateways share the machine; arms take turns within every round, so ratios mean more than times.",
    markdownTable({ head: ["", ""], rows: facts }),
    markdownTable(armTable(report)),
    "## Aims",
    markdownTable(aimTable(aims)),
    ...scenarios.flatMap((scenario) => [
      `## ${scenario.title}`,
      scenario.method,
      markdownTable(scenarioTable(scenario)),
    ]),
  ];
  return `${blocks.join("\n\n")}\n`;
}

/** The tables for a terminal, with the verdicts coloured where that can be seen. */
export function renderText(report: Report): string {
  const blocks = [
    ...report.scenarios.map(renderScenario),
    styleText("bold", "Aims"),
    renderAims(report.aims),
    `${machineOf(report.machine)}; rounds: ${roundsOf(report)}`,
  ];
  return blocks.join("\n\n");
}

function renderScenario(scenario: ScenarioResult): string {
  return `${styleText("bold", scenario.title)}\n${alignedLines(scenarioTable(scenario)).join("\n")}`;
}

const COLOURS = { met: "green", missed: "red", "not measured": "yellow" } as const;

function renderAims(aims: readonly AimResult[]): string {
  const [head = "", ...lines] = alignedLines(aimTable(aims));
  const coloured = aims.map(({ verdict }, index) => styleText(COLOURS[verdict], lines[index] ?? ""));
  return [head, ...coloured].join("\n");
}

/** Busier than this, it measures the others' work too. */
const QUIET_PERCENT = 10;

function machineOf({ cores, node, busyBefore, busyAfter }: Machine): string {
  const [before, after] = [Math.round(busyBefore), Math.round(busyAfter)];
  const isQuiet = Math.max(before, after) <= QUIET_PERCENT;
  const warning = isQuiet ? "" : ": not quiet, so times and ratios are not to be trusted";
  return `${cores} cores, Node ${node}; busy with other things before ${before} %, after ${after} %${warning}`;
}

function roundsOf({ quick, rounds }: Report): string {
  return quick ? `${rounds}, short ones: a quick run, not to be quoted` : String(rounds);
}

function markdownTable({ head, rows }: Table): string {
  const line = (cells: readonly string[]) => `| ${cells.map(escapeCell).join(" | ")} |`;
  return [line(head), `|${"---|".repeat(head.length)}`, ...rows.map(line)].join("\n");
}

/** A cell ends at a bar. */
function escapeCell(text: string): string {
  return text.replaceAll("|", "\\|").replaceAll("<", "&lt;");
}

/** A reason in place of figures may be wider than its column: it pushes nothing aside. */
function alignedLines({ head, rows }: Table): string[] {
  const all = [head, ...rows];
  const widths = head.map((_, column) =>
    Math.max(...all.map((cells) => (isReason(cells[column]) ? 0 : (cells[column] ?? "").length))),
  );
  return all.map((cells) =>
    cells
      .map((cell, column) => cell.padEnd(widths[column] ?? 0))
      .join("  ")
      .trimEnd(),
  );
}

function isReason(cell: string | undefined): boolean {
  return /^(failed|not run): /.test(cell ?? "");
}
