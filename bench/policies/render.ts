import { judge, type PoliciesReport } from "./aims.ts";

/** The report as Markdown: aims, then every figure. */
export function renderPoliciesReport(report: PoliciesReport): string {
  const { date, commit, machine, machineLoadPercent, policies, measurements } = report;
  return `${[
    "# Bench of the policies",
    `Written by \`npm run bench:policies\` on ${date}, commit ${commit}; ${machine}, ${machineLoadPercent.toFixed(0)} % busy with other things before it began. The bundled pack of ${policies} policies under the SDK's launcher, asked over gRPC as the engine asks; the resources are those of the prod stack, again and again, and one large ConfigMap.`,
    table(
      ["aim", "limit", "measured", "verdict"],
      judge(report).map(({ aim, limit, measured, isMet }) => [
        aim,
        limit,
        measured,
        isMet ? "met" : "missed",
      ]),
    ),
    table(
      [
        "judged",
        "resources",
        "wall time (ms)",
        "processor time of the pack (ms)",
        "a resource (ms)",
        "findings",
      ],
      measurements.map(({ name, resources, wallMs, cpuMs, findings }) => [
        name,
        String(resources),
        wallMs.toFixed(0),
        cpuMs.toFixed(0),
        (wallMs / resources).toFixed(2),
        String(findings),
      ]),
    ),
  ].join("\n\n")}\n`;
}

function table(head: readonly string[], rows: readonly (readonly string[])[]): string {
  const line = (cells: readonly string[]) => `| ${cells.join(" | ")} |`;
  return [line(head), line(head.map(() => "---")), ...rows.map(line)].join("\n");
}
