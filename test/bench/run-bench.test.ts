import { describe, expect, it } from "vitest";
import type { Arm } from "../../bench/arms/arm.ts";
import type { BenchContext } from "../../bench/bench-context.ts";
import { FULL_PLAN } from "../../bench/plan.ts";
import { OwnedProcesses } from "../../bench/processes/owned-processes.ts";
import type { ScenarioResult } from "../../bench/report/model.ts";
import { hasFailure, runBench } from "../../bench/run-bench.ts";
import type { Scenario } from "../../bench/scenarios/scenario.ts";
import { createProgress } from "../../local/cli/progress.ts";

const context: BenchContext = {
  plan: FULL_PLAN,
  folder: "unused",
  processes: new OwnedProcesses("unused"),
  tools: { h2load: "unused", nginx: "unused" },
  signal: new AbortController().signal,
  say: () => undefined,
};

function arm(name: string, role: Arm["role"], install: () => Promise<string> = async () => "1.0"): Arm {
  const start = () => Promise.reject(new Error("no arm is started here"));
  return { name, role, canFallBack: false, install, start };
}

const BROKEN = () => Promise.reject(new Error("the registry is out of reach"));

/** Measures nothing, and lists whom it was given. */
const scenario: Scenario = {
  name: "listing",
  run: async (_bench, arms): Promise<ScenarioResult> => ({
    name: "listing",
    title: "Listing",
    method: "",
    metrics: [],
    rows: arms.map(({ name }) => ({ arm: name, outcome: { kind: "measured", figures: {} } })),
  }),
};

const run = (arms: Arm[], scenarios = [scenario]) =>
  runBench(() => context, createProgress({ json: true }), { arms, scenarios, machineLoad: async () => 0 });

describe("runBench", () => {
  it("gives a peer that cannot be installed its line, in its place, and is no failure", async () => {
    const arms = [arm("peer", "peer", BROKEN), arm("bare", "required")];
    const report = await run(arms);
    expect(report.scenarios[0]?.rows).toEqual([
      { arm: "peer", outcome: { kind: "not-run", reason: "the registry is out of reach" } },
      { arm: "bare", outcome: { kind: "measured", figures: {} } },
    ]);
    expect(report.arms).toContainEqual({ name: "peer", version: "not installed" });
    expect(hasFailure(report, arms)).toBe(false);
  });

  it("fails when an arm that is required cannot be prepared", async () => {
    const arms = [arm("ours", "required", BROKEN)];
    expect(hasFailure(await run(arms), arms)).toBe(true);
  });

  it("has no line for peers where only our own arms take part", async () => {
    const report = await run([arm("peer", "peer", BROKEN)], [{ ...scenario, isOnlyOurs: true }]);
    expect(report.scenarios[0]?.rows).toEqual([]);
  });
});
