/**
 * `npm run bench:policies`: how long the bundled pack takes for stacks far larger than ours, and for one huge resource. A
 * missed aim is a line in the report.
 */
import { mkdir, mkdtemp, rm, writeFile } from "node:fs/promises";
import os from "node:os";
import path from "node:path";
import { Command } from "commander";
import { type CommandContext, runCommand } from "../local/cli/command.ts";
import { createProgress, type Progress } from "../local/cli/progress.ts";
import { POLICIES } from "../policies/policies.ts";
import { type Measurement, type PoliciesReport, SINGLE, TOGETHER } from "./policies/aims.ts";
import { PackProcess } from "./policies/pack-process.ts";
import { renderPoliciesReport } from "./policies/render.ts";
import { largeConfigMap, type Resource, readProgramResources, repeat } from "./policies/resources.ts";
import { sampleMachineLoad } from "./report/machine-load.ts";
import { readCommit } from "./report/run-facts.ts";
import { readStackConfig } from "./stack/configurations.ts";

interface PoliciesBenchOptions {
  readonly resources: number;
  readonly results: string;
}

const LARGE_BYTES = 5_000_000;

const command = new Command("npm run bench:policies --")
  .description("Times the policy pack. Takes less than a minute.")
  .option("--resources <count>", "how many resources are judged", Number, 10_000)
  .option("--results <folder>", "where policies.md and policies.json go", "bench/results");

await runCommand<PoliciesBenchOptions>(command, bench);

async function bench({ options, signal }: CommandContext<PoliciesBenchOptions>): Promise<void> {
  const progress = createProgress(options);
  const folder = await mkdtemp(path.join(os.tmpdir(), "claude-agents-bench-policies-"));
  const machineLoadPercent = await sampleMachineLoad(signal);
  const program = await progress.step({
    title: "Evaluate the prod stack",
    run: async () => readProgramResources(await readStackConfig("prod"), signal),
  });
  const pack = await PackProcess.start(folder);
  try {
    const measurements = await measureAll(progress, pack, program, options.resources);
    const report: PoliciesReport = {
      date: new Date().toISOString(),
      commit: await readCommit(),
      machine: `${os.availableParallelism()} cores, Node ${process.versions.node}`,
      machineLoadPercent,
      policies: POLICIES.length,
      measurements,
      peakMiB: await pack.readPeakMiB(),
    };
    await write(options.results, report);
    console.log(
      options.json === true ? JSON.stringify(report, null, 2) : `\n${renderPoliciesReport(report)}`,
    );
  } finally {
    await pack.stop();
    await rm(folder, { recursive: true, force: true });
  }
}

async function measureAll(
  progress: Progress,
  pack: PackProcess,
  program: readonly Resource[],
  count: number,
): Promise<Measurement[]> {
  const resources = repeat(program, count);
  const large = largeConfigMap(LARGE_BYTES);
  const measure = (name: string, judged: number, run: () => Promise<number>) =>
    progress.step({ title: `Judge ${name}`, run: () => measureOne(pack, name, judged, run) });
  return [
    await measure(SINGLE, count, () => analyzeEach(pack, resources)),
    await measure(TOGETHER, count, () => pack.analyzeStack(resources)),
    await measure("one ConfigMap of 5 MB", 1, () => pack.analyze(large)),
  ];
}

/** One after another: the next is asked for once the last was answered. */
async function analyzeEach(pack: PackProcess, resources: readonly Resource[]): Promise<number> {
  let findings = 0;
  for (const resource of resources) findings += await pack.analyze(resource);
  return findings;
}

async function measureOne(
  pack: PackProcess,
  name: string,
  resources: number,
  run: () => Promise<number>,
): Promise<Measurement> {
  const cpuBefore = await pack.readCpuMs();
  const begun = performance.now();
  const findings = await run();
  const wallMs = performance.now() - begun;
  return { name, resources, wallMs, cpuMs: (await pack.readCpuMs()) - cpuBefore, findings };
}

async function write(folder: string, report: PoliciesReport): Promise<void> {
  await mkdir(folder, { recursive: true });
  await writeFile(path.join(folder, "policies.md"), renderPoliciesReport(report));
  await writeFile(path.join(folder, "policies.json"), `${JSON.stringify(report, null, 2)}\n`);
}
