import { describe, expect, it } from "vitest";
import { disruptionBudgetLimitAvailability } from "../../../policies/workloads/disruption-budget-limit-availability.ts";
import { judge, UNKNOWN } from "../judge.ts";

const budget = (spec: unknown) => ({
  apiVersion: "policy/v1",
  kind: "PodDisruptionBudget",
  metadata: { name: "subject" },
  spec,
});
const judgeBudget = (spec: unknown, config = {}) =>
  judge(disruptionBudgetLimitAvailability, budget(spec), { config });

describe("disruption-budget-limit-availability", () => {
  it.each([
    { maxUnavailable: 1 },
    { maxUnavailable: "1%" },
    { maxUnavailable: "99%" },
    { minAvailable: 2 },
    { minAvailable: "50%" },
    { minAvailable: "099%" },
    { minAvailable: null, maxUnavailable: 1 },
  ])("allows %j", async (spec) => {
    expect(await judgeBudget(spec)).toEqual({ violations: [], undecided: undefined });
  });

  it.each([
    [{ maxUnavailable: 0 }, "maxUnavailable is 0, which forbids every eviction."],
    [{ maxUnavailable: "0%" }, 'maxUnavailable is "0%", which forbids every eviction.'],
    [{ maxUnavailable: "000%" }, "forbids every eviction."],
    [{ maxUnavailable: "100%" }, 'maxUnavailable is "100%", which lets all pods be evicted at once.'],
    [{ minAvailable: 0 }, "minAvailable is 0, which lets all pods be evicted at once."],
    [{ minAvailable: "0%" }, "lets all pods be evicted at once."],
    [{ minAvailable: "100%" }, 'minAvailable is "100%", which forbids every eviction.'],
    [{}, "it sets neither maxUnavailable nor minAvailable, and a budget has exactly one of them."],
    [{ maxUnavailable: null, minAvailable: undefined }, "it sets neither"],
    [undefined, "it sets neither"],
    [{ maxUnavailable: 1, minAvailable: 1 }, "it sets both maxUnavailable and minAvailable"],
  ])("refuses %j", async (spec, reason) => {
    expect((await judgeBudget(spec)).violations).toEqual([expect.stringContaining(reason)]);
  });

  it.each([
    "1",
    "",
    "%",
    "50 %",
    "-1%",
    "+1%",
    "1.5%",
    "101%",
    "1000%",
    "50%%",
    "x50%",
    "½%",
    -1,
    1.5,
    true,
    {},
    ["50%"],
  ])("refuses %j, which is neither a number of pods nor a percentage", async (maxUnavailable) => {
    expect((await judgeBudget({ maxUnavailable })).violations).toEqual([
      expect.stringContaining("which is neither a number of pods nor a percentage."),
    ]);
  });

  it("refuses a budget within a List (fault 22)", async () => {
    const list = { apiVersion: "v1", kind: "List", items: [budget({ maxUnavailable: 0 })] };
    expect((await judge(disruptionBudgetLimitAvailability, list)).violations).toHaveLength(1);
  });

  it("says nothing about a Deployment with a setting of that name", async () => {
    const deployment = { apiVersion: "apps/v1", kind: "Deployment", spec: { maxUnavailable: 0 } };
    expect((await judge(disruptionBudgetLimitAvailability, deployment)).violations).toEqual([]);
  });

  it.each([
    [undefined, "is not set, which means IfHealthyBudget: pods that never get ready hold up a drain."],
    ["IfHealthyBudget", 'is "IfHealthyBudget"'],
    ["alwaysAllow", 'is "alwaysAllow"'],
  ])(
    "refuses the policy %j for unhealthy pods where the configuration asks for another",
    async (policy, words) => {
      const spec = { maxUnavailable: 1, unhealthyPodEvictionPolicy: policy };
      expect((await judgeBudget(spec)).violations).toEqual([]);
      expect((await judgeBudget(spec, { unhealthyPods: "AlwaysAllow" })).violations).toEqual([
        expect.stringContaining(`unhealthyPodEvictionPolicy ${words}`),
      ]);
    },
  );

  it("allows AlwaysAllow where the configuration asks for it", async () => {
    const spec = { maxUnavailable: 1, unhealthyPodEvictionPolicy: "AlwaysAllow" };
    expect((await judgeBudget(spec, { unhealthyPods: "AlwaysAllow" })).violations).toEqual([]);
  });

  it.each([
    ["a bound", { maxUnavailable: UNKNOWN }, ".spec.maxUnavailable;"],
    [
      "both bounds",
      { maxUnavailable: UNKNOWN, minAvailable: UNKNOWN },
      ".spec.maxUnavailable, .spec.minAvailable;",
    ],
    ["a second bound", { maxUnavailable: 1, minAvailable: UNKNOWN }, ": .spec.minAvailable;"],
    [
      "the policy for unhealthy pods",
      { maxUnavailable: 1, unhealthyPodEvictionPolicy: UNKNOWN },
      "EvictionPolicy;",
    ],
  ])("leaves %s that is not known yet undecided", async (_, spec, path) => {
    const healthy = { unhealthyPodEvictionPolicy: "AlwaysAllow", ...spec };
    const { violations, undecided } = await judgeBudget(healthy, { unhealthyPods: "AlwaysAllow" });
    expect(violations).toEqual([]);
    expect(undecided).toContain(path);
  });

  it("does not wait for what decides nothing", async () => {
    const wrong = await judgeBudget({ maxUnavailable: 0, minAvailable: UNKNOWN });
    expect(wrong.violations).toHaveLength(1);
    expect(wrong.undecided).toBeUndefined();
    const spec = { maxUnavailable: 1, unhealthyPodEvictionPolicy: UNKNOWN };
    expect((await judgeBudget(spec)).undecided).toBeUndefined();
  });
});
