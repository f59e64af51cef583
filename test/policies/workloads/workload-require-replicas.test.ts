import { describe, expect, it } from "vitest";
import { workloadRequireReplicas } from "../../../policies/workloads/workload-require-replicas.ts";
import { judge, UNKNOWN } from "../judge.ts";

const SCALABLE = [
  { apiVersion: "apps/v1", kind: "Deployment" },
  { apiVersion: "apps/v1", kind: "StatefulSet" },
  { apiVersion: "apps/v1", kind: "ReplicaSet" },
  { apiVersion: "v1", kind: "ReplicationController" },
  { apiVersion: "argoproj.io/v1alpha1", kind: "Rollout" },
];
const [DEPLOYMENT = {}] = SCALABLE;
const HPA = { apiVersion: "autoscaling/v2", kind: "HorizontalPodAutoscaler" };
const SCALED_OBJECT = { apiVersion: "keda.sh/v1alpha1", kind: "ScaledObject" };

const judgeSpec = (head: object, spec: object, config = {}) =>
  judge(workloadRequireReplicas, { ...head, metadata: { name: "subject" }, spec }, { config });

describe("workload-require-replicas", () => {
  it.each(SCALABLE)("allows a $kind with two replicas", async (head) => {
    expect(await judgeSpec(head, { replicas: 2 })).toEqual({ violations: [], undecided: undefined });
  });

  it.each(SCALABLE)("refuses a $kind with one replica", async (head) => {
    expect((await judgeSpec(head, { replicas: 1 })).violations).toEqual([
      expect.stringContaining(
        "at .spec.replicas: it is 1, and the loss of one pod or node then stops the service.",
      ),
    ]);
  });

  it.each(SCALABLE)("refuses a $kind with one replica inside a List", async (head) => {
    const list = { apiVersion: "v1", kind: "List", items: [{ ...head, spec: { replicas: 1 } }] };
    expect((await judge(workloadRequireReplicas, list)).violations).toHaveLength(1);
  });

  it.each([undefined, null])(
    "leaves a workload whose replicas are %s to its autoscaler",
    async (replicas) => {
      expect((await judgeSpec(DEPLOYMENT, { replicas })).violations).toEqual([]);
    },
  );

  it.each([0, -1, 2.5, "2", Number.NaN, Number.POSITIVE_INFINITY])(
    "refuses replicas %s",
    async (replicas) => {
      expect((await judgeSpec(DEPLOYMENT, { replicas })).violations).toHaveLength(1);
    },
  );

  it.each([
    ["HorizontalPodAutoscaler", HPA, { minReplicas: 2 }],
    ["ScaledObject", SCALED_OBJECT, { minReplicaCount: 2 }],
    ["ScaledObject that idles at two", SCALED_OBJECT, { minReplicaCount: 3, idleReplicaCount: 2 }],
  ])("allows a %s with a minimum of two", async (_, head, spec) => {
    expect((await judgeSpec(head, spec)).violations).toEqual([]);
  });

  it.each([
    ["HorizontalPodAutoscaler with a minimum of one", HPA, { minReplicas: 1 }, "it is 1"],
    ["HorizontalPodAutoscaler without minimum", HPA, {}, "it is not set, which means 1"],
    ["ScaledObject with a minimum of one", SCALED_OBJECT, { minReplicaCount: 1 }, "it is 1"],
    ["ScaledObject without minimum", SCALED_OBJECT, {}, "it is not set, which means 0"],
    [
      "ScaledObject that idles at none",
      SCALED_OBJECT,
      { minReplicaCount: 2, idleReplicaCount: 0 },
      "it is 0",
    ],
  ])("refuses a %s", async (_, head, spec, reason) => {
    expect((await judgeSpec(head, spec)).violations).toEqual([expect.stringContaining(reason)]);
  });

  it("says nothing about what is one server by design, which the configuration names", async () => {
    const judgeNamed = (name: string, config = {}) =>
      judge(
        workloadRequireReplicas,
        { ...DEPLOYMENT, metadata: { name }, spec: { replicas: 1 } },
        { config },
      );
    expect((await judgeNamed("cache")).violations).toHaveLength(1);
    expect((await judgeNamed("cache-2", { singleServers: ["cache"] })).violations).toHaveLength(1);
    expect((await judgeNamed("cache", { singleServers: ["cache"] })).violations).toEqual([]);
  });

  it.each(["DaemonSet", "Job", "CronJob", "Pod"])(
    "says nothing about a %s, which has no replicas",
    async (kind) => {
      expect((await judgeSpec({ apiVersion: "v1", kind }, { replicas: 1 })).violations).toEqual([]);
    },
  );

  const paused = (value: unknown) => ({ annotations: { "autoscaling.keda.sh/paused-replicas": value } });
  const judgePaused = (value: unknown, head: object = SCALED_OBJECT) =>
    judge(workloadRequireReplicas, { ...head, metadata: paused(value), spec: { minReplicaCount: 2 } });

  it.each([["0"], ["1"], ["one"], [""], [1], [2]])(
    "refuses a ScaledObject that is paused at %j",
    async (value) => {
      expect((await judgePaused(value)).violations).toEqual([
        expect.stringContaining(`it is ${JSON.stringify(value)}, and the loss of one pod or node then`),
      ]);
    },
  );

  it.each([["2"], ["20"], [null], [undefined]])(
    "allows a ScaledObject that is paused at %j",
    async (value) => {
      expect(await judgePaused(value)).toEqual({ violations: [], undecided: undefined });
    },
  );

  it("takes no notice of the annotation at other kinds, and leaves it undecided where it is not known yet", async () => {
    expect((await judgePaused("0", { apiVersion: "v1", kind: "ConfigMap" })).violations).toEqual([]);
    expect((await judgePaused(UNKNOWN)).undecided).toContain("paused-replicas");
  });

  it("takes another minimum from the configuration", async () => {
    expect((await judgeSpec(DEPLOYMENT, { replicas: 2 }, { minimumReplicas: 3 })).violations).toHaveLength(1);
    expect((await judgeSpec(DEPLOYMENT, { replicas: 1 }, { minimumReplicas: 1 })).violations).toEqual([]);
  });

  it.each([
    ["replicas", DEPLOYMENT, { replicas: UNKNOWN }],
    ["a minimum", HPA, { minReplicas: UNKNOWN }],
  ])("leaves %s that are not known yet undecided", async (_, head, spec) => {
    const { violations, undecided } = await judgeSpec(head, spec);
    expect(violations).toEqual([]);
    expect(undecided).toContain("not known before the update");
  });
});
