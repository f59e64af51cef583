import type { Spread } from "../statistics.ts";
import { judge, type StackReport } from "./aims.ts";

/** The report as Markdown: aims, then every figure. */
export function renderStackReport(report: StackReport): string {
  const { date, commit, machine, machineLoadPercent, evaluations, operations } = report;
  return `${[
    "# Bench of the stack",
    `Written by \`npm run bench:stack\` on ${date}, commit ${commit}; ${machine}, ${machineLoadPercent.toFixed(0)} % busy with other things before it began. Medians, with the range. Clusters are simulated, the engine's plugins may be stand-ins.`,
    table(
      ["aim", "limit", "measured", "verdict"],
      judge(report).map(({ aim, limit, measured, isMet }) => [
        aim,
        limit,
        measured,
        isMet ? "met" : "missed",
      ]),
    ),
    "## Operations of the engine",
    table(
      ["operation", "resources", "wall time (ms)"],
      operations.map(({ name, resources, wallMs }) => [name, String(resources), format(wallMs)]),
    ),
    "## Evaluation of the program",
    "Without an engine: imports of the SDKs, then the program to its end.",
    table(
      ["stack", "resources", "imports (ms)", "program (ms)", "a resource (ms)", "loads @pulumi/aws"],
      evaluations.map(({ name, resources, importMs, programMs, loadsAws }) => [
        name,
        String(resources),
        format(importMs),
        format(programMs),
        (programMs.median / resources).toFixed(2),
        loadsAws ? "yes" : "no",
      ]),
    ),
  ].join("\n\n")}\n`;
}

function table(head: readonly string[], rows: readonly (readonly string[])[]): string {
  const line = (cells: readonly string[]) => `| ${cells.join(" | ")} |`;
  return [line(head), line(head.map(() => "---")), ...rows.map(line)].join("\n");
}

function format({ median, min, max, rounds }: Spread): string {
  const text = median.toFixed(0);
  return rounds < 2 ? text : `${text} (${min.toFixed(0)}–${max.toFixed(0)})`;
}
