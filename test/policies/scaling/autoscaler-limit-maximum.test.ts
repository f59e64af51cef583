import { describe, expect, it } from "vitest";
import { autoscalerLimitMaximum } from "../../../policies/scaling/autoscaler-limit-maximum.ts";
import { judge, UNKNOWN } from "../judge.ts";

const metadata = { name: "agent", namespace: "ai-agents" };
const judgeHpa = (spec: object, config = {}) =>
  judge(
    autoscalerLimitMaximum,
    { apiVersion: "autoscaling/v2", kind: "HorizontalPodAutoscaler", metadata, spec },
    { config },
  );
const judgeKeda = (kind: string, spec: object, config = {}) =>
  judge(autoscalerLimitMaximum, { apiVersion: "keda.sh/v1alpha1", kind, metadata, spec }, { config });

const NOTHING = { violations: [], undecided: undefined };

describe("autoscaler-limit-maximum", () => {
  it.each([
    { maxReplicas: 1 },
    { maxReplicas: 50 },
    { maxReplicas: 3, minReplicas: 3 },
    { maxReplicas: 3, minReplicas: null },
  ])("allows a HorizontalPodAutoscaler with %j", async (spec) => {
    expect(await judgeHpa(spec)).toEqual(NOTHING);
  });

  it.each(["ScaledObject", "ScaledJob"])("allows a %s with a bounded maximum", async (kind) => {
    expect(await judgeKeda(kind, { maxReplicaCount: 50, minReplicaCount: 50 })).toEqual(NOTHING);
  });

  it.each([
    [{}, "it is not set."],
    [{ maxReplicas: null }, "it is not set."],
    [{ maxReplicas: 51 }, "it is 51."],
    [{ maxReplicas: 0 }, "it is 0."],
    [{ maxReplicas: 2.5 }, "it is 2.5."],
    [{ maxReplicas: "20" }, 'it is "20".'],
  ])("refuses a HorizontalPodAutoscaler with %j", async (spec, reason) => {
    expect((await judgeHpa(spec)).violations).toEqual([
      `HorizontalPodAutoscaler ai-agents/agent, at .spec.maxReplicas: ${reason} Set it to a whole number from 1 to 50.`,
    ]);
  });

  it.each(["ScaledObject", "ScaledJob"])("takes a missing maximum of a %s for 100", async (kind) => {
    expect((await judgeKeda(kind, {})).violations).toEqual([
      expect.stringContaining("at .spec.maxReplicaCount: it is not set, which means 100."),
    ]);
    expect(await judgeKeda(kind, {}, { maximumReplicas: 100 })).toEqual(NOTHING);
    expect((await judgeKeda(kind, {}, { maximumReplicas: 99 })).violations).toHaveLength(1);
  });

  it.each([
    ["ScaledObject", { minReplicaCount: 6, maxReplicaCount: 5 }],
    ["ScaledObject", { minReplicaCount: 2, idleReplicaCount: 6, maxReplicaCount: 5 }],
    ["ScaledJob", { minReplicaCount: 6, maxReplicaCount: 5 }],
  ])("refuses a %s with %j, whose maximum is below a minimum", async (kind, spec) => {
    expect((await judgeKeda(kind, spec)).violations).toEqual([
      expect.stringContaining("at .spec.maxReplicaCount: it is 5, below the minimum 6 at .spec."),
    ]);
  });

  it("refuses a minimum that is no number", async () => {
    expect((await judgeHpa({ maxReplicas: 5, minReplicas: "2" })).violations).toHaveLength(1);
  });

  it.each([[{ minReplicas: 6, maxReplicas: 5 }], [{ minReplicas: 5.5, maxReplicas: 5 }]])(
    "refuses a HorizontalPodAutoscaler of a Rollout with %j",
    async (spec) => {
      const scaleTargetRef = { apiVersion: "argoproj.io/v1alpha1", kind: "Rollout", name: "agent" };
      expect((await judgeHpa({ ...spec, scaleTargetRef })).violations).toEqual([
        expect.stringContaining("it is 5, below the minimum"),
      ]);
    },
  );

  it("takes another bound from the configuration", async () => {
    expect((await judgeHpa({ maxReplicas: 11 }, { maximumReplicas: 10 })).violations).toHaveLength(1);
    expect(await judgeHpa({ maxReplicas: 60 }, { maximumReplicas: 60 })).toEqual(NOTHING);
  });

  it.each([
    [{ maxReplicas: UNKNOWN, minReplicas: 2 }, ".spec.maxReplicas"],
    [{ maxReplicas: 5, minReplicas: UNKNOWN }, ".spec.minReplicas"],
  ])("leaves %j undecided", async (spec, path) => {
    const { violations, undecided } = await judgeHpa(spec);
    expect(violations).toEqual([]);
    expect(undecided).toContain(path);
  });

  it("needs no minimum where the maximum decides", async () => {
    const { violations, undecided } = await judgeHpa({ maxReplicas: 500, minReplicas: UNKNOWN });
    expect(violations).toHaveLength(1);
    expect(undecided).toBeUndefined();
  });

  it("says nothing about other kinds", async () => {
    const deployment = { apiVersion: "apps/v1", kind: "Deployment", metadata, spec: { maxReplicas: 500 } };
    expect(await judge(autoscalerLimitMaximum, deployment)).toEqual(NOTHING);
  });
});
