/**
 * `npm test`: every check of the repository, one after another, ending with one plain line of counts.
 *
 * Each static check counts as one test. A skipped test fails the run when CI is set: nothing is skipped silently.
 */
import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import os from "node:os";
import path from "node:path";
import { styleText } from "node:util";
import { Command } from "commander";
import { execa } from "execa";
import { prepareMachine } from "./setup/prepare-machine.ts";

const CHECKS: Record<string, string[]> = {
  "format and lint": ["biome", "ci", "--error-on-warnings", "."],
  types: ["tsc", "-p", "tsconfig.json"],
  "unused code": ["knip"],
  "import directions": ["depcruise", "--config", ".dependency-cruiser.cjs", "--output-type", "err", "."],
};
const PROJECTS = ["unit", "policies", "integration", "e2e"] as const;
const STAGES = ["static", ...PROJECTS] as const;
type Stage = (typeof STAGES)[number];

interface Result {
  name: string;
  passed: number;
  failed: number;
  skipped: number;
  seconds: number;
}

async function main(): Promise<void> {
  const stages = parseStages();
  const results: Result[] = [];
  if (stages.includes("static")) {
    for (const [name, command] of Object.entries(CHECKS)) results.push(await runCheck(name, command));
  }
  if (stages.includes("integration") || stages.includes("e2e")) {
    results.push(
      await timed("machine set-up", async () => {
        const { failed = 0 } = await prepareMachine(process.stderr);
        return failed === 0 ? { passed: 1 } : { failed };
      }),
    );
  }
  for (const project of PROJECTS) if (stages.includes(project)) results.push(await runProject(project));
  report(results);
}

function parseStages(): Stage[] {
  const program = new Command("npm test --")
    .description("Runs every check: static checks, then the unit, policies, integration and e2e tests.")
    .option("--only <stages>", `comma-separated part of: ${STAGES.join(", ")}`, STAGES.join(","))
    .parse();
  const wanted = program.opts<{ only: string }>().only.split(",");
  const unknown = wanted.filter((stage) => !(STAGES as readonly string[]).includes(stage));
  if (unknown.length > 0) {
    program.error(`error: --only got ${JSON.stringify(unknown.join(","))}; allowed are ${STAGES.join(", ")}`);
  }
  return STAGES.filter((stage) => wanted.includes(stage));
}

async function runCheck(name: string, [program = "", ...args]: string[]): Promise<Result> {
  heading(name);
  return timed(name, async () => {
    const { exitCode } = await execa(program, args, {
      stdio: ["ignore", "inherit", "inherit"],
      reject: false,
    });
    return exitCode === 0 ? { passed: 1 } : { failed: 1 };
  });
}

async function runProject(project: string): Promise<Result> {
  heading(`${project} tests`);
  const folder = mkdtempSync(path.join(os.tmpdir(), "claude-agents-test-"));
  const file = path.join(folder, "result.json");
  try {
    return await timed(project, async () => {
      const reporters = ["--reporter=default", "--reporter=json", `--outputFile.json=${file}`];
      const vitest = "node_modules/vitest/vitest.mjs";
      const { exitCode } = await execa(
        process.execPath,
        // With those that continue its name, such as `e2e-real-nodes`.
        [vitest, "run", "--project", `${project}*`, ...reporters],
        {
          stdio: ["ignore", "inherit", "inherit"],
          reject: false,
        },
      );
      return readCounts(file, exitCode ?? 1);
    });
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

/** A run that ends badly without a failed test (a crashed worker, a broken import) counts as one failure. */
function readCounts(file: string, exitCode: number): Partial<Result> {
  let counts: {
    numPassedTests: number;
    numFailedTests: number;
    numPendingTests: number;
    numTodoTests: number;
  };
  try {
    counts = JSON.parse(readFileSync(file, "utf8"));
  } catch {
    return { failed: 1 };
  }
  const passed = counts.numPassedTests;
  const failed = counts.numFailedTests > 0 ? counts.numFailedTests : Number(exitCode !== 0 || passed === 0);
  return { passed, failed, skipped: counts.numPendingTests + counts.numTodoTests };
}

async function timed(name: string, work: () => Promise<Partial<Result>>): Promise<Result> {
  const started = performance.now();
  const counts = await work();
  const seconds = (performance.now() - started) / 1000;
  return { name, passed: 0, failed: 0, skipped: 0, ...counts, seconds };
}

function report(results: Result[]): void {
  heading("summary");
  for (const { name, passed, failed, skipped, seconds } of results) {
    const counts = `${passed} passed, ${failed} failed${skipped > 0 ? `, ${skipped} skipped` : ""}`;
    const line = `${name.padEnd(20)} ${(seconds / 60).toFixed(1).padStart(5)} min   ${counts}`;
    console.log(failed > 0 ? styleText("red", line) : line);
  }
  const sum = (key: "passed" | "failed" | "skipped") =>
    results.reduce((total, result) => total + result[key], 0);
  const skippedInCi = process.env["CI"] ? sum("skipped") : 0;
  if (skippedInCi > 0)
    console.log(`${skippedInCi} tests were skipped: in CI a skipped test is a failed one.`);
  const failed = sum("failed") + skippedInCi;
  console.log(`\n${sum("passed")} passed, ${failed} failed`);
  process.exitCode = failed > 0 ? 1 : 0;
}

function heading(text: string): void {
  console.log(`\n${styleText("bold", `== ${text}`)}`);
}

await main();
