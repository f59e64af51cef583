/**
 * `npm run test:controllers`: runs the real controllers of the operators against objects of the stack, in a region of
 * simulated nodes. A run without failures is written to `docs/results/controllers.md`.
 */
import { mkdir, writeFile } from "node:fs/promises";
import { startVitest, type TestCase } from "vitest/node";
import { readCommit, readMachine } from "../drills/run-facts.ts";

const RESULTS = "docs/results";

const SIMULATED =
  "Real: API server, controllers, Prometheus, the stack's objects. Simulated: nodes, pods, and what pods tell of their requests. Pauses and windows are shortened.";

async function main(): Promise<void> {
  console.log(`${SIMULATED}\nThe first run builds the controllers, which takes minutes.`);
  const [date, commit] = [new Date().toISOString(), await readCommit()];
  const vitest = await startVitest([], {
    project: ["controllers"],
    watch: false,
    reporters: ["verbose"],
  });
  const tests = vitest.state
    .getTestModules()
    .flatMap((module) => [...module.children.allTests()])
    .map((test) => ({ name: test.fullName, state: test.result().state, seconds: secondsOf(test) }));
  await vitest.close();
  const failed = tests.filter(({ state }) => state !== "passed").length;
  console.log(`\n${tests.length - failed} passed, ${failed} failed`);
  if (failed > 0 || tests.length === 0) process.exitCode = 1;
  else await writeResults(render({ date, commit }, tests));
}

interface TestRun {
  readonly name: string;
  readonly seconds: number;
}

function secondsOf(test: TestCase): number {
  return Math.round((test.diagnostic()?.duration ?? 0) / 100) / 10;
}

function render({ date, commit }: { date: string; commit: string }, tests: readonly TestRun[]): string {
  const { cores, memoryGiB, kernel, node } = readMachine();
  const rows = tests.map(({ name, seconds }) => `| ${name} | ${seconds} s |`);
  return [
    "# Results of the controllers",
    "",
    "Written by `npm run test:controllers`; do not edit.",
    "",
    SIMULATED,
    "",
    "|  |  |",
    "|---|---|",
    `| began | ${date} |`,
    `| commit | ${commit} |`,
    `| machine | ${cores} cores, ${memoryGiB} GiB of memory, Linux ${kernel}, Node ${node} |`,
    `| result | ${tests.length} passed, 0 failed |`,
    "",
    "| test | time |",
    "|---|---|",
    ...rows,
    "",
  ].join("\n");
}

async function writeResults(text: string): Promise<void> {
  await mkdir(RESULTS, { recursive: true });
  await writeFile(`${RESULTS}/controllers.md`, text);
}

await main();
