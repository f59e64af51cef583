import os from "node:os";
import type { Progress } from "../local/cli/progress.ts";
import type { Arm } from "./arms/arm.ts";
import type { BenchContext } from "./bench-context.ts";
import { judgeAims } from "./report/aims.ts";
import type { Report, Row, ScenarioResult } from "./report/model.ts";
import { reasonOf } from "./report/reason.ts";
import { readCommit } from "./report/run-facts.ts";
import type { Scenario } from "./scenarios/scenario.ts";

interface Unavailable {
  readonly name: string;
  readonly row: Row;
}

/** What is missing of the context until a step of the progress provides it. */
type ContextFor = (say: BenchContext["say"]) => BenchContext;

interface Wanted {
  readonly arms: readonly Arm[];
  readonly scenarios: readonly Scenario[];
  /** How busy the machine is with other things, in percent. */
  readonly machineLoad: () => Promise<number>;
}

/** Installs the arms, runs the scenarios one after another and judges the aims. */
export async function runBench(contextFor: ContextFor, progress: Progress, wanted: Wanted): Promise<Report> {
  const date = new Date().toISOString();
  const { plan } = contextFor(() => undefined);
  const { ready, unavailable, versions } = await installArms(contextFor, progress, wanted.arms);
  const busyBefore = await wanted.machineLoad();
  const scenarios: ScenarioResult[] = [];
  for (const scenario of wanted.scenarios) {
    const result = await progress.step({
      title: scenario.name,
      run: (say) => scenario.run(contextFor(say), ready),
    });
    const missing = scenario.isOnlyOurs === true ? [] : unavailable;
    scenarios.push({
      ...result,
      rows: inOrder(wanted.arms, [...result.rows, ...missing.map(({ row }) => row)]),
    });
  }
  return {
    date,
    commit: await readCommit(),
    machine: {
      cores: os.availableParallelism(),
      node: process.versions.node,
      busyBefore,
      busyAfter: await wanted.machineLoad(),
    },
    quick: plan.quick,
    rounds: plan.rounds,
    arms: versions,
    aims: judgeAims(scenarios),
    scenarios,
  };
}

/** Whether one of the arms that must work did not. */
export function hasFailure(report: Report, arms: readonly Arm[]): boolean {
  const peers = new Set(arms.flatMap(({ name, role }) => (role === "peer" ? [name] : [])));
  const rows = report.scenarios.flatMap((scenario) => scenario.rows);
  return rows.some(({ arm, outcome }) => outcome.kind === "failed" && !peers.has(arm));
}

async function installArms(contextFor: ContextFor, progress: Progress, arms: readonly Arm[]) {
  const ready: Arm[] = [];
  const unavailable: Unavailable[] = [];
  const versions: { name: string; version: string }[] = [];
  for (const arm of arms) {
    const outcome = await progress.step({
      title: `prepare ${arm.name}`,
      run: (say) => installOne(contextFor(say), arm),
      describe: (result) => ("version" in result ? result.version : `not available: ${result.reason}`),
    });
    if ("version" in outcome) ready.push(arm);
    else unavailable.push({ name: arm.name, row: missingRow(arm, outcome.reason) });
    versions.push({ name: arm.name, version: "version" in outcome ? outcome.version : "not installed" });
  }
  return { ready, unavailable, versions };
}

async function installOne(
  bench: BenchContext,
  arm: Arm,
): Promise<{ readonly version: string } | { readonly reason: string }> {
  try {
    return { version: await arm.install(bench) };
  } catch (error) {
    bench.signal.throwIfAborted();
    return { reason: reasonOf(error) };
  }
}

function missingRow({ name, role }: Arm, reason: string): Row {
  return { arm: name, outcome: { kind: role === "peer" ? "not-run" : "failed", reason } };
}

/** Variants that are no arms of the bench keep their place at the end. */
function inOrder(arms: readonly Arm[], rows: readonly Row[]): Row[] {
  const place = (row: Row) => {
    const index = arms.findIndex(({ name }) => name === row.arm);
    return index === -1 ? arms.length : index;
  };
  return rows.toSorted((one, other) => place(one) - place(other));
}
