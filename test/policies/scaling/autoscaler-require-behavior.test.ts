import { describe, expect, it } from "vitest";
import { autoscalerRequireBehavior } from "../../../policies/scaling/autoscaler-require-behavior.ts";
import { judge, UNKNOWN } from "../judge.ts";

const metadata = { name: "agent", namespace: "ai-agents" };
const UP = { stabilizationWindowSeconds: 15 };
const SLOW = { type: "Percent", value: 10, periodSeconds: 60 };
const FAST = { type: "Percent", value: 100, periodSeconds: 15 };
const DOWN = { stabilizationWindowSeconds: 300, policies: [SLOW] };
const NOTHING = { violations: [], undecided: undefined };

const judgeBehavior = (behavior: unknown, config = {}) =>
  judge(
    autoscalerRequireBehavior,
    { apiVersion: "autoscaling/v2", kind: "HorizontalPodAutoscaler", metadata, spec: { behavior } },
    { config },
  );
const judgeUp = (scaleUp: unknown, config = {}) => judgeBehavior({ scaleUp, scaleDown: DOWN }, config);
const judgeDown = (scaleDown: object, config = {}) =>
  judgeBehavior({ scaleUp: UP, scaleDown: { ...DOWN, ...scaleDown } }, config);
const judgePolicies = (...policies: unknown[]) => judgeDown({ policies });

describe("autoscaler-require-behavior", () => {
  it("allows a fast way up and a slow way down", async () => {
    expect(await judgeBehavior({ scaleUp: UP, scaleDown: DOWN })).toEqual(NOTHING);
  });

  it("finds the behaviour of a ScaledObject", async () => {
    const judgeScaledObject = (behavior: object) =>
      judge(autoscalerRequireBehavior, {
        apiVersion: "keda.sh/v1alpha1",
        kind: "ScaledObject",
        metadata,
        spec: { advanced: { horizontalPodAutoscalerConfig: { behavior } } },
      });
    expect(await judgeScaledObject({ scaleUp: UP, scaleDown: DOWN })).toEqual(NOTHING);
    expect((await judgeScaledObject({ scaleUp: UP })).violations).toEqual([
      expect.stringContaining(
        "ScaledObject ai-agents/agent, at .spec.advanced.horizontalPodAutoscalerConfig.behavior.scaleDown: it is not set. Say how fast",
      ),
    ]);
  });

  it.each([undefined, null, {}])("refuses the behaviour %j, once for each direction", async (behavior) => {
    expect((await judgeBehavior(behavior)).violations).toEqual([
      expect.stringContaining("at .spec.behavior.scaleUp: it is not set."),
      expect.stringContaining("at .spec.behavior.scaleDown: it is not set."),
    ]);
  });

  it.each([0, 60])("allows a scale-up after %d seconds", async (stabilizationWindowSeconds) => {
    expect(await judgeUp({ stabilizationWindowSeconds })).toEqual(NOTHING);
  });

  it("takes what a direction leaves out for what Kubernetes takes it for", async () => {
    expect(await judgeBehavior({ scaleUp: {}, scaleDown: { policies: [SLOW] } })).toEqual(NOTHING);
    const nulls = { stabilizationWindowSeconds: null };
    expect(await judgeBehavior({ scaleUp: nulls, scaleDown: { ...DOWN, ...nulls } })).toEqual(NOTHING);
    expect((await judgeDown(nulls, { scaleDownStabilizationSeconds: 301 })).violations).toEqual([
      expect.stringContaining(
        ".scaleDown.stabilizationWindowSeconds: it is not set, which means 300. Set it to a whole number of seconds from 301",
      ),
    ]);
    expect(await judgeUp({}, { scaleUpStabilizationSeconds: 0 })).toEqual(NOTHING);
  });

  it.each([61, -1, 1.5, "15"])("refuses a scale-up after %j seconds", async (seconds) => {
    expect((await judgeUp({ stabilizationWindowSeconds: seconds })).violations).toEqual([
      expect.stringContaining("Set it to a whole number of seconds from 0 to 60."),
    ]);
  });

  it.each([["Max"], ["Min"], [null], [undefined]])(
    "allows a scale-up by %j of its policies",
    async (selectPolicy) => {
      expect(await judgeUp({ ...UP, selectPolicy })).toEqual(NOTHING);
    },
  );

  it("refuses a scale-up that adds no pods", async () => {
    expect((await judgeUp({ ...UP, selectPolicy: "Disabled", policies: [FAST] })).violations).toEqual([
      expect.stringContaining(
        '.scaleUp.selectPolicy: it is "Disabled", and then no pod is ever added. Leave it out, or write Max.',
      ),
    ]);
  });

  it.each([300, 3600])("allows a scale-down after %d seconds", async (stabilizationWindowSeconds) => {
    expect(await judgeDown({ stabilizationWindowSeconds })).toEqual(NOTHING);
  });

  it.each([299, 0, 3601, "300"])("refuses a scale-down after %j seconds", async (seconds) => {
    expect((await judgeDown({ stabilizationWindowSeconds: seconds })).violations).toEqual([
      expect.stringContaining("Set it to a whole number of seconds from 300 to 3600."),
    ]);
  });

  it.each([
    ["a tenth a minute", SLOW],
    ["a twentieth every half minute", { ...SLOW, value: 5, periodSeconds: 30 }],
    ["a tenth every two minutes", { ...SLOW, periodSeconds: 120 }],
    ["a tenth every 1800 seconds", { ...SLOW, periodSeconds: 1800 }],
    ["one pod a minute", { type: "Pods", value: 1, periodSeconds: 60 }],
  ])("allows the removal of %s", async (_, policy) => {
    expect(await judgePolicies(policy)).toEqual(NOTHING);
  });

  it.each([
    [
      "more than a tenth",
      { ...SLOW, value: 11 },
      "it removes 11 % of the pods a minute. Remove at most 10 %",
    ],
    ["a tenth every half minute", { ...SLOW, periodSeconds: 30 }, "it removes 20 % of the pods a minute."],
    ["a fifth every two minutes", { ...SLOW, value: 20, periodSeconds: 120 }, "it removes 20 % of the pods"],
    [
      "two pods a minute",
      { ...SLOW, type: "Pods", value: 2 },
      "it removes 2 pods a minute. Remove at most 1 pods",
    ],
    ["pods of another kind", { ...SLOW, type: "Share" }, 'it is "Share". Write Percent or Pods.'],
    ["no kind", { ...SLOW, type: null }, "Write Percent or Pods."],
    ["a text", { ...SLOW, value: "10" }, 'it removes "10" every 60 seconds, which is no pace.'],
    ["nothing", { ...SLOW, value: 0 }, "which is no pace."],
    ["a part of a percent", { ...SLOW, value: 0.5 }, "which is no pace."],
    ["a pod every second", { type: "Pods", value: 1, periodSeconds: 1 }, "it removes 60 pods a minute."],
    ["a period as a text", { ...SLOW, periodSeconds: "60" }, 'every "60" seconds, which is no pace.'],
    ["no period", { ...SLOW, periodSeconds: null }, "which is no pace."],
    ["a period of zero", { ...SLOW, periodSeconds: 0 }, "which is no pace."],
    ["too long a period", { ...SLOW, periodSeconds: 1801 }, "which is no pace."],
    ["a part of a second", { ...SLOW, periodSeconds: 59.5 }, "which is no pace."],
  ])("refuses the removal of %s", async (_, policy, reason) => {
    expect((await judgePolicies(policy)).violations).toEqual([expect.stringContaining(reason)]);
  });

  it.each([undefined, null, []])("refuses a scale-down whose policies are %j", async (policies) => {
    expect((await judgeDown({ policies })).violations).toEqual([
      expect.stringContaining("value: 10, periodSeconds: 60 }."),
    ]);
  });

  it.each([
    ["the fastest policy", undefined, 1],
    ["the fastest policy", "Max", 1],
    ["the slowest policy", "Min", 0],
    ["no removal at all", "Disabled", 0],
  ])("goes by %s where selectPolicy is %j", async (_, selectPolicy, count) => {
    expect((await judgeDown({ selectPolicy, policies: [SLOW, FAST] })).violations).toHaveLength(count);
  });

  it("refuses policies of which none is slow, even where the slowest counts", async () => {
    expect((await judgeDown({ selectPolicy: "Min", policies: [FAST, FAST] })).violations).toHaveLength(2);
    expect(await judgeDown({ selectPolicy: "Disabled", policies: null })).toEqual(NOTHING);
  });

  it("takes all figures from the configuration", async () => {
    expect((await judgeUp(UP, { scaleUpStabilizationSeconds: 10 })).violations).toHaveLength(1);
    expect((await judgeDown({}, { scaleDownStabilizationSeconds: 301 })).violations).toHaveLength(1);
    expect((await judgeDown({}, { scaleDownPercentPerMinute: 9 })).violations).toHaveLength(1);
    const policies = [{ type: "Pods", value: 3, periodSeconds: 60 }];
    expect(await judgeDown({ policies }, { scaleDownPodsPerMinute: 3 })).toEqual(NOTHING);
  });

  it.each([
    ["the behaviour", UNKNOWN, ".spec.behavior"],
    ["a direction", { scaleUp: UNKNOWN, scaleDown: DOWN }, ".spec.behavior.scaleUp"],
    [
      "the choice of a scale-up",
      { scaleUp: { ...UP, selectPolicy: UNKNOWN }, scaleDown: DOWN },
      "selectPolicy",
    ],
    ["the other direction", { scaleUp: UP, scaleDown: UNKNOWN }, ".spec.behavior.scaleDown"],
    ["a window", { scaleUp: { stabilizationWindowSeconds: UNKNOWN }, scaleDown: DOWN }, "WindowSeconds"],
    ["a pace", { scaleUp: UP, scaleDown: { ...DOWN, policies: [{ ...SLOW, value: UNKNOWN }] } }, "[0].value"],
    [
      "a period",
      { scaleUp: UP, scaleDown: { ...DOWN, policies: [{ ...SLOW, periodSeconds: UNKNOWN }] } },
      "period",
    ],
    ["a type", { scaleUp: UP, scaleDown: { ...DOWN, policies: [{ ...SLOW, type: UNKNOWN }] } }, "[0].type"],
    [
      "the choice",
      { scaleUp: UP, scaleDown: { ...DOWN, selectPolicy: UNKNOWN, policies: [FAST] } },
      "selectPolicy",
    ],
    [
      "one of two policies of which the slower counts",
      {
        scaleUp: UP,
        scaleDown: { ...DOWN, selectPolicy: "Min", policies: [FAST, { ...SLOW, value: UNKNOWN }] },
      },
      "policies[1].value",
    ],
  ])("is undecided while %s is not known", async (_, behavior, path) => {
    const { violations, undecided } = await judgeBehavior(behavior);
    expect(violations).toEqual([]);
    expect(undecided).toContain(path);
  });

  it("needs no value that does not decide", async () => {
    expect(await judgeDown({ selectPolicy: UNKNOWN })).toEqual(NOTHING);
    const open = [SLOW, { ...SLOW, value: UNKNOWN }];
    expect(await judgeDown({ selectPolicy: "Min", policies: open })).toEqual(NOTHING);
    expect(await judgeDown({ selectPolicy: "Disabled", policies: UNKNOWN })).toEqual(NOTHING);
  });

  it("says nothing about other kinds", async () => {
    const object = { apiVersion: "apps/v1", kind: "Deployment", metadata, spec: {} };
    expect(await judge(autoscalerRequireBehavior, object)).toEqual(NOTHING);
  });
});
