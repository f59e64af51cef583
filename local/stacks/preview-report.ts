import { styleText } from "node:util";
import type { CommonOptions } from "../cli/command.ts";
import { describeFailure } from "../engine/operation-result.ts";
import { describeChanges } from "../environment/summary.ts";
import { renderTree } from "../graph/tree.ts";
import type { PolicyReport } from "../policy/report.ts";
import { summarizePolicies } from "../policy/stack-report.ts";
import type { EmbeddedPreview } from "./preview-embedded.ts";

/** Prints what a preview found: text, or one JSON object with `--json`. */
export function printPreview(
  preview: EmbeddedPreview,
  report: PolicyReport,
  { json, verbose }: CommonOptions,
): void {
  if (json) {
    const { stack, regions, standIns, resources, result } = preview;
    const { output: _, ...facts } = result;
    const { config, policies, exceptions } = report;
    const about = { stack, regions, clusters: "simulated", standIns, resources };
    console.log(JSON.stringify({ ...about, ...facts, policies: { config, policies, exceptions } }, null, 2));
    return;
  }
  if (verbose) console.log(`\n${preview.result.output}`);
  console.log(render(preview, report));
}

function render(
  { stack, regions, standIns, resources, result }: EmbeddedPreview,
  report: PolicyReport,
): string {
  const passed = result.outcome === "succeeded";
  const warnings = result.diagnostics.filter(({ severity }) => severity === "warning");
  return [
    "",
    styleText("bold", `Preview of the stack ${stack}, against empty simulated clusters`),
    ...regions.map(({ name, role, context }) => `  region ${name}: ${role}, context ${context}`),
    ...(standIns.length > 0
      ? [`  stand-ins for official plugins: ${standIns.map(({ name }) => name).join(", ")}`]
      : []),
    ...warnings.map(({ resource, message }) => `  warning: ${resource ?? stack}: ${message.trim()}`),
    ...(passed
      ? [
          ...renderTree(resources).map((line) => `  ${line}`),
          `  would change: ${describeChanges(result.changes)}`,
          ...summarizePolicies(report),
        ]
      : [
          styleText("red", "  refused:"),
          ...describeFailure(result)
            .split("\n")
            .map((line) => `    ${line}`),
        ]),
  ].join("\n");
}
