import { describe, expect, it } from "vitest";
import { workloadLimitUnavailablePods } from "../../../policies/workloads/workload-limit-unavailable-pods.ts";
import { judge, UNKNOWN } from "../judge.ts";

const judgeStrategy = (strategy: unknown, replicas: unknown = 3, kind = "Deployment") =>
  judge(workloadLimitUnavailablePods, {
    apiVersion: "apps/v1",
    kind,
    metadata: { name: "subject" },
    spec: { replicas, strategy },
  });
const rolling = (maxUnavailable: unknown) => ({ type: "RollingUpdate", rollingUpdate: { maxUnavailable } });
const canary = (maxUnavailable: unknown) => ({ canary: { maxUnavailable } });
const NOTHING = { violations: [], undecided: undefined };

describe("workload-limit-unavailable-pods", () => {
  it.each([
    ["no strategy", undefined],
    ["null", null],
    ["no number", { type: "RollingUpdate", rollingUpdate: null }],
    ["a number that is null", rolling(null)],
    ["none", rolling(0)],
    ["one of three", rolling(1)],
    ["two of three", rolling(2)],
    ["a quarter", rolling("25%")],
    ["nearly all", rolling("99%")],
    ["none by percentage", rolling("0%")],
    ["one of a canary", canary(1)],
    ["blue and green", { blueGreen: { activeService: "agent" } }],
  ])("allows %s", async (_, strategy) => {
    expect(await judgeStrategy(strategy)).toEqual(NOTHING);
  });

  it.each([
    [
      "all before the first new one",
      { type: "Recreate" },
      ".spec.strategy.type: the strategy Recreate stops every pod",
    ],
    [
      "three of three",
      rolling(3),
      ".rollingUpdate.maxUnavailable: maxUnavailable is 3, which may be all of 3 pods.",
    ],
    ["four of three", rolling(4), "may be all of 3 pods."],
    ["all", rolling("100%"), 'maxUnavailable is "100%", which is all pods.'],
    ["more than all", rolling("999%"), "which is all pods."],
    ["three of a canary", canary(3), ".canary.maxUnavailable: maxUnavailable is 3"],
    ["a number as text", rolling("1"), "is neither a number of pods nor a percentage."],
    ["half a pod", rolling(1.5), "is neither a number of pods nor a percentage."],
    ["less than none", rolling(-1), "is neither a number of pods nor a percentage."],
    ["a percentage of four digits", rolling("1000%"), "is neither"],
    ["a percentage and more", rolling("25%25"), "is neither"],
    ["a percentage behind a word", rolling("about 25%"), "is neither"],
    ["a list", rolling([1]), "is neither"],
    ["a list of a percentage", rolling(["25%"]), "is neither"],
  ])("refuses %s", async (_, strategy, words) => {
    expect((await judgeStrategy(strategy)).violations).toEqual([expect.stringContaining(words)]);
  });

  it.each(["Deployment", "Rollout"])("looks at a %s, inside a List too", async (kind) => {
    const item = { kind, spec: { strategy: { type: "Recreate" } } };
    const list = { apiVersion: "v1", kind: "List", items: [item] };
    expect((await judge(workloadLimitUnavailablePods, list)).violations).toHaveLength(1);
  });

  it("says nothing about a StatefulSet, whose pods are replaced one by one", async () => {
    expect(await judgeStrategy({ type: "Recreate" }, 3, "StatefulSet")).toEqual(NOTHING);
  });

  it("says nothing of the single pod of a workload", async () => {
    expect(await judgeStrategy({ type: "Recreate" }, 1)).toEqual(NOTHING);
    expect(await judgeStrategy(rolling("100%"), 1)).toEqual(NOTHING);
  });

  it.each([[null], [0]])(
    "takes two pods for a workload of %j, whose number somebody else writes",
    async (replicas) => {
      expect(await judgeStrategy(rolling(1), replicas)).toEqual(NOTHING);
      expect((await judgeStrategy(rolling(2), replicas)).violations).toEqual([
        expect.stringContaining("may be all of 2 pods."),
      ]);
    },
  );

  it.each([
    ["a strategy", UNKNOWN, 3, ".spec.strategy"],
    ["a type", { type: UNKNOWN }, 3, ".spec.strategy.type;"],
    ["a number", rolling(UNKNOWN), 3, ".rollingUpdate.maxUnavailable;"],
    ["replicas", rolling(2), UNKNOWN, ".spec.replicas;"],
    ["replicas of what is recreated", { type: "Recreate" }, UNKNOWN, ".spec.replicas;"],
  ])("leaves %s that is not known yet undecided", async (_, strategy, replicas, path) => {
    const { violations, undecided } = await judgeStrategy(strategy, replicas);
    expect(violations).toEqual([]);
    expect(undecided).toContain(path);
  });

  it("does not wait for replicas where any number of them is right", async () => {
    expect(await judgeStrategy(rolling(1), UNKNOWN)).toEqual(NOTHING);
  });

  it("fails closed where a strategy is no object", async () => {
    await expect(judgeStrategy("Recreate")).rejects.toThrow("expected an object");
  });
});
