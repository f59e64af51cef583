/**
 * `npm run test:drills`: hurts an environment of real pods and tells what became of the requests and the data. A run of
 * all drills is written to `docs/results/`; it ends with one plain line of counts.
 */
import { mkdir, readdir, readFile, writeFile } from "node:fs/promises";
import path from "node:path";
import { styleText } from "node:util";
import { Command } from "commander";
import { notRun } from "./collect-results.ts";
import { findDrills, type PlannedDrill, selectDrills } from "./planned-drills.ts";
import { completedBy, countOutcomes, type DrillRun, renderMarkdown, renderText } from "./results.ts";
import { runDrills } from "./run-drills.ts";
import { readCommit, readMachine } from "./run-facts.ts";

const DEFAULT_FOLDER = "docs/results";

async function main(): Promise<void> {
  const drills = findDrills(await readdir(import.meta.dirname));
  const { selected, resultsFolder } = readOptions(drills);
  const [date, commit] = [new Date().toISOString(), await readCommit()];
  const ran = await runDrills(selected);
  const results = drills.map(
    (drill) => ran.results.find(({ number }) => number === drill.number) ?? notRun(drill),
  );
  console.log(`\n${styleText("bold", "== drills")}\n${renderText(results)}`);
  if (resultsFolder !== undefined && ran.hasBegun) {
    const { strayErrors } = ran;
    const run = { date, commit, machine: readMachine(), results, strayErrors };
    await writeResults(resultsFolder, completedBy(run, await readResults(resultsFolder)));
  }
  for (const error of ran.strayErrors) console.log(`! outside of the drills: ${error}`);
  const { passed, failed } = countOutcomes(results);
  console.log(`\n${passed} passed, ${failed} failed`);
  // The test runner may have set it already, as when the environment could not be taken down.
  if (failed > 0 || ran.strayErrors.length > 0) process.exitCode = 1;
}

/** Results of a part are written only where that was asked for: they then replace those of the same drills alone. */
function readOptions(drills: readonly PlannedDrill[]): { selected: PlannedDrill[]; resultsFolder?: string } {
  const program = new Command("npm run test:drills --")
    .description("Hurts an environment of real pods, on Linux as root, and tells what became of it.")
    .option("--only <numbers>", "comma-separated numbers of drills (default: all of them)")
    .option(
      "--results <folder>",
      `where drills.md and drills.json go (default: ${DEFAULT_FOLDER}, none with --only)`,
    )
    .parse();
  const { only, results } = program.opts<{ only?: string; results?: string }>();
  if (only === undefined) return { selected: [...drills], resultsFolder: results ?? DEFAULT_FOLDER };
  try {
    const selected = selectDrills(drills, only);
    return { selected, ...(results === undefined ? {} : { resultsFolder: results }) };
  } catch (error) {
    return program.error(`error: ${error instanceof Error ? error.message : String(error)}`);
  }
}

async function readResults(folder: string): Promise<DrillRun | undefined> {
  const text = await readFile(path.join(folder, "drills.json"), "utf8").catch(() => undefined);
  return text === undefined ? undefined : (JSON.parse(text) as DrillRun);
}

async function writeResults(folder: string, run: DrillRun): Promise<void> {
  await mkdir(folder, { recursive: true });
  await writeFile(path.join(folder, "drills.md"), renderMarkdown(run));
  await writeFile(path.join(folder, "drills.json"), `${JSON.stringify(run, null, 2)}\n`);
  console.log(`\nWritten to ${path.join(folder, "drills.md")} and drills.json.`);
}

await main();
