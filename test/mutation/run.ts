/**
 * `npm run test:mutation`: changes every condition of the policies, one at a time, and expects a test to fail. A run over
 * all policies is written to `docs/results/mutation.md`. Files, folders or patterns as arguments mutate only those.
 */
import { globSync, readFileSync, statSync } from "node:fs";
import { mkdir, writeFile } from "node:fs/promises";
import os from "node:os";
import path from "node:path";
import type { PartialStrykerOptions } from "@stryker-mutator/api/core";
import { Stryker } from "@stryker-mutator/core";
import { Command } from "commander";
import { readCommit, readMachine } from "../drills/run-facts.ts";
import { ACCEPTED } from "./accepted.ts";
import { EMPTY_LISTS, PROSE } from "./ignorers.ts";
import { outcomeOf, unexplainedOf } from "./outcome.ts";
import { renderReport, renderSummary } from "./render.ts";
import { createSandbox } from "./sandbox.ts";

const RESULTS = "docs/results";
const ALL = "policies/**/*.ts";
/** The entry of the pack runs in a process of its own, and making the bundle and the pages is no judgement. */
const NOT_MUTATED = [
  "!policies/dist/**",
  "!policies/index.ts",
  "!policies/bundle.ts",
  "!policies/documentation/**",
];

interface MutationOptions {
  readonly values?: boolean;
  readonly near?: boolean;
}

async function main(): Promise<void> {
  const command = new Command("npm run test:mutation --")
    .description("Changes every condition of the policies, one at a time, and expects a test to fail.")
    .argument("[files...]", "files or folders below policies/; all by default")
    .option("--values", "changes words, patterns and tables too: names of fields, kinds and defaults")
    .option("--near", "only the tests of the same folders have to notice; all tests by default")
    .parse();
  const { args } = command;
  const options = command.opts<MutationOptions>();
  const began = new Date();
  const commit = await readCommit();
  // The tree may change while the run, which has a copy, goes on.
  const sources = new Map(
    globSync(ALL).map((file) => [path.relative("policies", file), readFileSync(file, "utf8")]),
  );
  const results = await runStryker(args, options);
  const outcome = outcomeOf(results, ACCEPTED, (file) => sources.get(file) ?? "");
  console.log(`\n${renderSummary(outcome)}`);
  const survivors = outcome.files.flatMap((file) => unexplainedOf(file.survivors));
  if (survivors.length + outcome.stale.length > 0 || results.length === 0) process.exitCode = 1;
  if (args.length > 0 || results.length === 0) return;
  const { cores, memoryGiB, node } = readMachine();
  const report = renderReport(outcome, {
    date: began.toISOString(),
    commit,
    machine: `${cores} cores, ${memoryGiB} GiB of memory, Node ${node}`,
    seconds: (Date.now() - began.getTime()) / 1000,
    values: options.values === true,
  });
  await mkdir(RESULTS, { recursive: true });
  await writeFile(path.join(RESULTS, "mutation.md"), report);
}

async function runStryker(args: readonly string[], options: MutationOptions) {
  if (options.near === true && args.length > 0) process.env["MUTATION_TESTS"] = testFoldersOf(args).join(",");
  return new Stryker(optionsFor(args, options, createSandbox())).runMutationTest();
}

/** Mutants of a copy of the tree, switched on one after another in as many processes as there are cores. */
function optionsFor(
  args: readonly string[],
  { values = false }: MutationOptions,
  folder: string,
): PartialStrykerOptions {
  return {
    testRunner: "vitest",
    vitest: { configFile: path.join(import.meta.dirname, "vitest.config.ts"), related: true },
    plugins: [
      import.meta.resolve("@stryker-mutator/vitest-runner"),
      path.join(import.meta.dirname, "ignorers.ts"),
    ],
    ignorers: values ? [EMPTY_LISTS, PROSE] : [EMPTY_LISTS],
    // Neither read by a test nor quick to copy.
    ignorePatterns: ["dist", "/docs/results", "/bench/results"],
    mutate: [...(args.length === 0 ? [ALL] : args.map(patternOf)), ...NOT_MUTATED],
    mutator: { plugins: null, excludedMutations: values ? [] : ["StringLiteral"] },
    ignoreStatic: !values,
    coverageAnalysis: "perTest",
    concurrency: os.availableParallelism(),
    tempDirName: folder,
    cleanTempDir: "always",
    reporters: ["progress-append-only"],
    allowConsoleColors: false,
  };
}

function patternOf(argument: string): string {
  const isFolder = statSync(argument, { throwIfNoEntry: false })?.isDirectory() === true;
  return isFolder ? `${argument.replace(/\/$/, "")}/**/*.ts` : argument;
}

/** `test/policies/network` for `policies/network` and everything below it. */
function testFoldersOf(args: readonly string[]): string[] {
  const folders = args.map((argument) => path.join("test/policies", argument.split("/")[1] ?? ""));
  return [...new Set(folders)];
}

await main();
