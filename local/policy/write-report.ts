import { open, stat, unlink, writeFile } from "node:fs/promises";
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

/** @throws Error when two forms would share standard output or a file */
export function requireOneOutput(outputs: ReportOutputs): void {
  const { json, sarif, markdown } = outputs;
  const printed = Object.entries({ json, sarif, markdown }).flatMap(([name, to]) =>
    to === true ? [`--${name}`] : [],
  );
  if (printed.length > 1) {
    throw new Error(
      `${printed.join(" and ")} would share standard output. Give all but one of them a file, as in --sarif policies.sarif.`,
    );
  }
  if (typeof sarif === "string" && sarif === markdown) {
    throw new Error(`--sarif and --markdown would both write ${sarif}. Name two files.`);
  }
}

/**
 * Makes sure, before minutes of work, that what comes of them can be written. Leaves no file behind.
 *
 * @throws Error with the option, the file and why not
 */
export async function requireWritable({ sarif, markdown }: ReportOutputs): Promise<void> {
  for (const [option, file] of Object.entries({ sarif, markdown })) {
    if (typeof file !== "string") continue;
    await tryToWrite(file).catch((cause) => {
      throw new Error(
        `--${option} is ${JSON.stringify(file)}, which cannot be written: ${cause.message}. Name a file in a folder that exists.`,
      );
    });
  }
}

async function tryToWrite(file: string): Promise<void> {
  const before = await stat(file).catch(() => undefined);
  const handle = await open(file, "a");
  await handle.close();
  if (before === undefined) await unlink(file);
}

/** Whether standard output belongs to a form that programs read. */
export function takesOutput({ json, sarif, markdown }: ReportOutputs): boolean {
  return json === true || sarif === true || markdown === true;
}

/**
 * Writes every form that was asked for; text where nothing else takes standard output.
 *
 * @param documentation page about the policies, for the rules of the SARIF log
 */
export async function writeReport(
  report: PolicyReport,
  verdict: Verdict,
  outputs: ReportOutputs,
  documentation?: string,
): Promise<void> {
  const { sarif, markdown } = outputs;
  if (sarif !== undefined) await put(sarif, json(renderSarif(report, POLICIES, documentation)));
  if (markdown !== undefined) await put(markdown, renderMarkdown(report, verdict));
  if (outputs.json)
    await put(true, json({ passed: isPassed(verdict), verdict, clusters: "simulated", ...report }));
  if (!takesOutput(outputs)) await put(true, `${renderText(report, verdict)}\n`);
}

/** Done only when all of it was taken: a command that ends cuts off what is still on its way into a pipe. */
async function put(to: string | true, text: string): Promise<void> {
  if (to !== true) await writeFile(to, text);
  else await new Promise<void>((resolve) => process.stdout.write(text, () => resolve()));
}

function json(value: object): string {
  return `${JSON.stringify(value, null, 2)}\n`;
}
