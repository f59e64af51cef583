/**
 * `npm run bench:stack`: how long previews and updates take, what of it is the program's and the policies' own share, and
 * how that grows with regions and classes of agents. A missed aim is a line in the report.
 */
import { mkdir, mkdtemp, rm, writeFile } from "node:fs/promises";
import os from "node:os";
import path from "node:path";
import { Command } from "commander";
import { type CommandContext, runCommand } from "../local/cli/command.ts";
import { createProgress, type Progress } from "../local/cli/progress.ts";
import type { OperationResult } from "../local/engine/operation-result.ts";
import { obtainAllCrds, obtainTools, simulatedUpTools } from "../local/environment/tools.ts";
import { bundlePolicies } from "../policies/bundle.ts";
import { sampleMachineLoad } from "./report/machine-load.ts";
import { readCommit } from "./report/run-facts.ts";
import { NAMES, type StackReport } from "./stack/aims.ts";
import { type BenchClusters, startBenchClusters } from "./stack/clusters.ts";
import { readStackConfig, withAgents, withRegions } from "./stack/configurations.ts";
import { type Evaluation, measureEvaluation } from "./stack/evaluations.ts";
import {
  floorEngine,
  measureOperation,
  type Operation,
  type OperationsOptions,
  stackEngine,
} from "./stack/operations.ts";
import { renderStackReport } from "./stack/render.ts";

interface StackBenchOptions {
  readonly quick?: boolean;
  readonly results?: string;
}

const RESULTS = "bench/results";
const REGION_COUNTS = [1, 2, 5, 10];
const AGENT_COUNTS = [10, 100];
const PROD_CONTEXTS = ["claude-agents-prod-eu", "claude-agents-prod-us"];

const command = new Command("npm run bench:stack --")
  .description("Times previews and updates of the stack on simulated clusters. Takes about ten minutes.")
  .option("--quick", "three rounds instead of seven, and only previews")
  .option("--results <folder>", `where stack.md and stack.json go (default: ${RESULTS})`);

await runCommand<StackBenchOptions>(command, bench);

async function bench({ options, signal }: CommandContext<StackBenchOptions>): Promise<void> {
  const progress = createProgress(options);
  const folder = await mkdtemp(path.join(os.tmpdir(), "claude-agents-bench-stack-"));
  const rounds = options.quick === true ? 3 : 7;
  let clusters: BenchClusters | undefined;
  try {
    const machineLoadPercent = await sampleMachineLoad(signal);
    const tools = await progress.step({
      title: "Obtain the tools",
      run: (onProgress) => obtainTools(simulatedUpTools, { onProgress, signal }),
    });
    await bundlePolicies();
    const crds = await progress.step({
      title: "Obtain the CRDs of all operators",
      run: (onProgress) => obtainAllCrds({ onProgress, signal }),
    });
    clusters = await progress.step({
      title: "Start simulated clusters",
      run: () => startBenchClusters({ folder, contexts: PROD_CONTEXTS, aliases: [], tools, crds, signal }),
    });
    const engines = {
      rounds,
      folder,
      kubeconfig: clusters.kubeconfig,
      pulumiPath: tools.pulumi.path,
      signal,
    };
    const report: StackReport = {
      date: new Date().toISOString(),
      commit: await readCommit(),
      machine: `${os.availableParallelism()} cores, Node ${process.versions.node}`,
      machineLoadPercent,
      evaluations: await evaluateAll(progress, { rounds, compileCache: path.join(folder, "cache"), signal }),
      operations: await operateAll(progress, engines, { updates: options.quick !== true }),
    };
    await write(options.results ?? RESULTS, report);
    console.log(options.json === true ? JSON.stringify(report, null, 2) : `\n${renderStackReport(report)}`);
  } finally {
    await clusters?.stop();
    await rm(folder, { recursive: true, force: true });
  }
}

async function evaluateAll(
  progress: Progress,
  options: Parameters<typeof measureEvaluation>[2],
): Promise<Evaluation[]> {
  const local = await readStackConfig("local");
  const stacks = [
    [NAMES.prod, await readStackConfig("prod")],
    ...REGION_COUNTS.map((count) => [NAMES.regions(count), withRegions(local, count)] as const),
    ...AGENT_COUNTS.map((count) => [NAMES.agents(count), withAgents(local, count)] as const),
  ] as const;
  const results: Evaluation[] = [];
  for (const [name, config] of stacks) {
    const title = `Evaluate ${name}`;
    results.push(await progress.step({ title, run: () => measureEvaluation(name, config, options) }));
  }
  return results;
}

/** Updates last: what is deployed would make previews cheaper. */
async function operateAll(
  progress: Progress,
  options: OperationsOptions,
  { updates }: { readonly updates: boolean },
): Promise<Operation[]> {
  const results: Operation[] = [];
  const measure = async (name: string, run: () => Promise<OperationResult>, warmUp = true) => {
    const rounds = warmUp ? options.rounds : 1;
    const title = `Time ${name}`;
    results.push(await progress.step({ title, run: () => measureOperation(name, run, { rounds, warmUp }) }));
  };
  const floor = await floorEngine(options);
  await measure(NAMES.floor, () => floor.preview());
  for (const stack of [await prodStack(), await localStack()]) {
    const { name, config } = stack;
    const bare = await stackEngine(options, name, { config, policies: false });
    await measure(NAMES.bare(name), () => bare.preview());
    const engine = await stackEngine(options, name, { config, policies: true });
    await measure(NAMES.preview(name), () => engine.preview());
    if (!updates) continue;
    const deployable = await stackEngine(options, name, { config: stack.deployable, policies: true });
    await measure(NAMES.up(name), () => deployable.up(), false);
    await measure(NAMES.again(name), () => deployable.up());
    await deployable.destroy();
  }
  return results;
}

/** No operator of PostgreSQL runs here, and what is protected could not be removed again. */
async function prodStack() {
  const { image, aws } = await readStackConfig("prod");
  const unprotected = { ...(aws as object), protect: false };
  return {
    name: "prod",
    config: { image },
    deployable: { image, aws: unprotected, postgres: { mode: "none" } },
  };
}

/** The local stack in the clusters of the other one. */
async function localStack() {
  const { image } = await readStackConfig("local");
  const regions = PROD_CONTEXTS.map((context, index) => ({ name: `region-${"ab"[index]}`, context }));
  const config = { image, regions };
  return { name: "local", config, deployable: config };
}

async function write(folder: string, report: StackReport): Promise<void> {
  await mkdir(folder, { recursive: true });
  await writeFile(path.join(folder, "stack.md"), renderStackReport(report));
  await writeFile(path.join(folder, "stack.json"), `${JSON.stringify(report, null, 2)}\n`);
}
