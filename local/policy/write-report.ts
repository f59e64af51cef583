import { writeFile } from "node:fs/promises";
import { POLICIES } from "../../policies/policies.ts";
import { renderMarkdown } from "./render-markdown.ts";
import { renderSarif } from "./render-sarif.ts";
import { renderText } from "./render-text.ts";
import type { PolicyReport } from "./report.ts";
import { isPassed, type Verdict } from "./verdict.ts";

/** Where the forms of a report go: `true` is standard output. */
export interface ReportOutputs {
  readonly json?: boolean;
  readonly sarif?: string | true;
  readonly markdown?: string | true;
}

/** @throws Error when two forms would share standard output */
export function requireOneOutput(outputs: ReportOutputs): void {
  const printed = Object.entries(outputs).flatMap(([name, to]) => (to === true ? [`--${name}`] : []));
  if (printed.length < 2) return;
  throw new Error(
    `${printed.join(" and ")} would share standard output. Give all but one of them a file, as in --sarif policies.sarif.`,
  );
}

/** Whether standard output belongs to a form that programs read. */
function takesOutput({ json, sarif, markdown }: ReportOutputs): boolean {
  return json === true || sarif === true || markdown === true;
}

/** Writes every form that was asked for; text where nothing else takes standard output. */
export async function writeReport(
  report: PolicyReport,
  verdict: Verdict,
  outputs: ReportOutputs,
): Promise<void> {
  if (outputs.sarif !== undefined) await put(outputs.sarif, json(renderSarif(report, POLICIES)));
  if (outputs.markdown !== undefined) await put(outputs.markdown, renderMarkdown(report, verdict));
  if (outputs.json)
    await put(true, json({ passed: isPassed(verdict), verdict, clusters: "simulated", ...report }));
  if (!takesOutput(outputs)) console.log(renderText(report, verdict));
}

async function put(to: string | true, text: string): Promise<void> {
  if (to === true) process.stdout.write(text);
  else await writeFile(to, text);
}

function json(value: object): string {
  return `${JSON.stringify(value, null, 2)}\n`;
}
