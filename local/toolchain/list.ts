import { stripVTControlCharacters, styleText } from "node:util";
import { Command } from "commander";
import { defaultCacheDir } from "./cache.ts";
import { inspectTools, type ToolReport } from "./inspect.ts";
import { formatSeconds } from "./progress.ts";
import { resolveTools } from "./resolve.ts";
import { ToolUnavailableError } from "./tool-unavailable.ts";
import { toolNames } from "./tools.ts";

interface ListOptions {
  readonly json: boolean;
  readonly get: boolean;
  readonly cache: string;
}

const interruption = new Error("Interrupted; what was finished stays in the cache.");

await new Command("npm run toolchain --")
  .description(
    "Shows the programs that the local environment uses: which versions, whether present, and where.",
  )
  .option("--json", "print the table as JSON", false)
  .option("--get", "first obtain everything that is missing", false)
  .option("--cache <folder>", "folder of the tool cache", defaultCacheDir())
  .action(list)
  .parseAsync();

async function list(options: ListOptions): Promise<void> {
  try {
    if (options.get) await getMissing(options.cache);
    const reports = await inspectTools(toolNames, { cacheDir: options.cache });
    console.log(options.json ? JSON.stringify(reports, null, 2) : renderTable(reports));
  } catch (error) {
    if (error === interruption) console.error(interruption.message);
    else if (error instanceof ToolUnavailableError) console.error(error.message);
    else throw error;
    process.exitCode = 1;
  }
}

async function getMissing(cacheDir: string): Promise<void> {
  const interrupted = new AbortController();
  // A listener that removes itself would let the lock library take the process for unguarded and end it at once.
  process.on("SIGINT", () => interrupted.abort(interruption));
  const onProgress = (event: { tool: string; message: string }) =>
    console.error(`${event.tool}: ${event.message}`);
  await resolveTools(toolNames, { cacheDir, onProgress, signal: interrupted.signal });
}

function renderTable(reports: readonly ToolReport[]): string {
  const rows = [["TOOL", "WANTED", "STATE", "WHERE"], ...reports.map(renderRow)];
  const widths = [0, 1, 2].map((column) => Math.max(...rows.map((row) => visibleLength(row[column]))));
  const lines = rows.map((row) => row.map((cell, column) => pad(cell, widths[column] ?? 0)).join("  "));
  return [...lines.map((line) => line.trimEnd()), "", summarise(reports)].join("\n");
}

function renderRow(report: ToolReport): string[] {
  const where = report.state === "missing" ? report.note : report.path;
  return [report.name, report.wanted, renderState(report), where];
}

function renderState(report: ToolReport): string {
  switch (report.state) {
    case "on-path":
      return styleText("green", `on PATH (${report.version})`);
    case "cached":
      return styleText("green", "cached");
    case "missing":
      return styleText("yellow", `to be downloaded or built (${formatSeconds(report.estimateSeconds)})`);
  }
}

function summarise(reports: readonly ToolReport[]): string {
  const missing = reports.filter((report) => report.state === "missing");
  if (missing.length === 0) return "Everything is there.";
  const seconds = missing.reduce((sum, report) => sum + report.estimateSeconds, 0);
  return (
    `${missing.length} of ${reports.length} are missing: a download each, or about ${formatSeconds(seconds)} of building ` +
    "where downloads are not possible. `npm run toolchain -- --get` obtains them now; `npm run up` does so when needed."
  );
}

function pad(cell: string, width: number): string {
  return cell + " ".repeat(Math.max(0, width - visibleLength(cell)));
}

function visibleLength(cell: string | undefined): number {
  return stripVTControlCharacters(cell ?? "").length;
}
