import { mkdir, writeFile } from "node:fs/promises";
import path from "node:path";
import type { Report } from "./model.ts";
import { renderMarkdown } from "./render.ts";

/** Writes the report for people and for programs. */
export async function writeReport(folder: string, report: Report): Promise<void> {
  await mkdir(folder, { recursive: true });
  await writeFile(path.join(folder, "report.md"), renderMarkdown(report));
  await writeFile(path.join(folder, "report.json"), `${JSON.stringify(report, null, 2)}\n`);
}
