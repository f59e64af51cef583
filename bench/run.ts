/**
 * `npm run bench`: measures the gateway beside its competitors and writes the report. It ends with exit code 1 when our own
 * gateway or the bare pass-through failed; a missed aim is a line in the report.
 */
import { mkdtemp, rm } from "node:fs/promises";
import os from "node:os";
import path from "node:path";
import { Command } from "commander";
import { type CommandContext, runCommand } from "../local/cli/command.ts";
import { createProgress } from "../local/cli/progress.ts";
import { DEBIAN_PATH, ensureDebianPrograms } from "../local/toolchain/debian-packages.ts";
import { findExecutables } from "../local/toolchain/path-search.ts";
import { ARMS } from "./arms/all.ts";
import { direct } from "./arms/direct.ts";
import type { BenchContext } from "./bench-context.ts";
import { type BenchOptions, DEFAULT_RESULTS, parseNames, resultsFolderOf, selectNamed } from "./options.ts";
import { FULL_PLAN, QUICK_PLAN } from "./plan.ts";
import { OwnedProcesses } from "./processes/owned-processes.ts";
import { sampleMachineLoad } from "./report/machine-load.ts";
import { renderText } from "./report/render.ts";
import { writeReport } from "./report/write-report.ts";
import { hasFailure, runBench } from "./run-bench.ts";
import { SCENARIOS } from "./scenarios/all.ts";

const TOOLS = [
  { program: "h2load", package: "nghttp2-client" },
  { program: "nginx", package: "nginx-light" },
];

const namesOf = (all: readonly { readonly name: string }[]) => all.map(({ name }) => name);

const command = new Command("npm run bench --")
  .description(
    "Measures the gateway beside a bare pass-through, nginx, Portkey and LiteLLM, on loopback addresses only. " +
      "Competitors are installed into the user's cache first. The whole takes about an hour, --quick some minutes.",
  )
  .option("--quick", "fewer and shorter rounds, a short soak; the report says so")
  .option("--only <scenarios>", `part of: ${namesOf(SCENARIOS).join(", ")}`, parseNames(namesOf(SCENARIOS)))
  .option("--arms <arms>", `part of: ${namesOf(ARMS).join(", ")}`, parseNames(namesOf(ARMS)))
  .option(
    "--results <folder>",
    `where report.md and report.json go (default: ${DEFAULT_RESULTS}; none with --only or --arms)`,
  );

await runCommand<BenchOptions>(command, bench);

async function bench({ options, signal }: CommandContext<BenchOptions>): Promise<void> {
  const progress = createProgress(options);
  const tools = await progress.step({ title: "programs of the bench", run: (say) => findTools(say, signal) });
  const folder = await mkdtemp(path.join(os.tmpdir(), "claude-agents-bench-"));
  const processes = new OwnedProcesses(folder);
  const plan = options.quick === true ? QUICK_PLAN : FULL_PLAN;
  const contextFor = (say: BenchContext["say"]) => ({ plan, folder, processes, tools, signal, say });
  // Added time is counted from the direct call.
  const arms = selectNamed(ARMS, options.arms, [direct.name]);
  try {
    const scenarios = selectNamed(SCENARIOS, options.only);
    const machineLoad = () => sampleMachineLoad(signal);
    const report = await runBench(contextFor, progress, { arms, scenarios, machineLoad });
    const resultsFolder = resultsFolderOf(options);
    if (resultsFolder !== undefined) await writeReport(resultsFolder, report);
    console.log(options.json === true ? JSON.stringify(report, null, 2) : `\n${renderText(report)}`);
    if (resultsFolder !== undefined && options.json !== true) console.log(`\nWritten to ${resultsFolder}.`);
    if (hasFailure(report, ARMS)) process.exitCode = 1;
  } finally {
    await processes.stopAll();
    await rm(folder, { recursive: true, force: true });
  }
}

async function findTools(say: BenchContext["say"], signal: AbortSignal): Promise<BenchContext["tools"]> {
  await ensureDebianPrograms(TOOLS, { onProgress: say, signal });
  const [h2load = "", nginx = ""] = await Promise.all(
    TOOLS.map(async ({ program }) => (await findExecutables(program, DEBIAN_PATH))[0]),
  );
  return { h2load, nginx };
}
