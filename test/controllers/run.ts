/**
 * `npm run test:controllers`: runs the real controllers of the operators against objects of the stack, in a region of
 * simulated nodes. A run without failures is written to `docs/results/controllers.md`.
 */
import { mkdir, writeFile } from "node:fs/promises";
import { startVitest, type TestCase } from "vitest/node";
import { type ToolName, toolTable } from "../../local/toolchain/tools.ts";
import { readCommit, readMachine } from "../drills/run-facts.ts";

const RESULTS = "docs/results";

const PROGRAMS: readonly ToolName[] = [
  "kube-apiserver",
  "argo-rollouts",
  "keda-operator",
  "keda-metrics-adapter",
  "prometheus",
];

const SIMULATED =
  "Real: API server and autoscaler of Kubernetes, the operators' controllers, Prometheus, Redis with Sentinels as the stack starts them, the stack's objects. Simulated: nodes, pods, what pods tell of their requests and of the upstream, the forecast, and how much CPU and memory pods use. Pauses, windows and stabilisation are shortened.";

const NOT_SHOWN = [
  "A queue behind TLS, and work that is really taken from it: the runtime has no workers yet.",
  "The forecast itself, which is a series that somebody else makes.",
  "Scaling by CPU and memory: both are always low.",
  "A Rollout that KEDA scales: each is run by itself.",
  "Versions that crash or leak, and a retry after a version was taken back.",
  "The operators' own charts, permissions, certificates and admission webhooks: the controllers run beside the region as its administrator, and the API server does not check the certificate of KEDA's adapter.",
];

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
    `| programs | ${PROGRAMS.map((name) => `${name} ${toolTable[name].version}`).join(", ")} |`,
    `| machine | ${cores} cores, ${memoryGiB} GiB of memory, Linux ${kernel}, Node ${node} |`,
    `| result | ${tests.length} passed, 0 failed |`,
    "",
    "| test | time |",
    "|---|---|",
    ...rows,
    "",
    "## Not shown",
    "",
    ...NOT_SHOWN.map((each) => `- ${each}`),
    "",
  ].join("\n");
}

async function writeResults(text: string): Promise<void> {
  await mkdir(RESULTS, { recursive: true });
  await writeFile(`${RESULTS}/controllers.md`, text);
}

await main();
