import { describe, expect, it } from "vitest";
import { disruptionBudgetLimitPods } from "../../../policies/stack/disruption-budget-limit-pods.ts";
import { judgeStack, type KubernetesObject, resourceOf, UNKNOWN } from "../judge.ts";
import { autoscaler, budget, database, LABELS, NOTHING, scaledObject, workload } from "./objects.ts";

const judgeObjects = (...objects: KubernetesObject[]) =>
  judgeStack(
    disruptionBudgetLimitPods,
    objects.map((object) => resourceOf(object)),
  );
const bounded = (bounds: object, selector: unknown = { matchLabels: LABELS }): KubernetesObject => ({
  ...budget(selector),
  spec: { selector, ...bounds },
});
const pods = (replicas: unknown, metadata: Record<string, unknown> = {}) => workload({ replicas }, metadata);

describe("disruption-budget-limit-pods", () => {
  it.each([
    [3, { maxUnavailable: 1 }],
    [3, { maxUnavailable: 2 }],
    [3, { maxUnavailable: "34%" }],
    [3, { maxUnavailable: "66%" }],
    [3, { minAvailable: 1 }],
    [3, { minAvailable: 2 }],
    [3, { minAvailable: "66%" }],
    [100, { maxUnavailable: "1%" }],
    [1, { maxUnavailable: 1 }],
    [1, { maxUnavailable: "100%" }],
    [0, { minAvailable: 1 }],
  ])("allows %d pods %j", async (replicas, bounds) => {
    expect(await judgeObjects(pods(replicas), bounded(bounds))).toEqual(NOTHING);
  });

  it.each([
    [2, { minAvailable: 2 }, "minAvailable is 2, which forbids every eviction"],
    [2, { minAvailable: 3 }, "minAvailable is 3, which forbids every eviction"],
    [3, { minAvailable: "67%" }, 'minAvailable is "67%", which forbids every eviction'],
    [1, { minAvailable: 1 }, "minAvailable is 1, which forbids every eviction"],
    [1, { minAvailable: "1%" }, 'minAvailable is "1%", which forbids every eviction'],
    [3, { maxUnavailable: 0 }, "maxUnavailable is 0, which forbids every eviction"],
    [3, { maxUnavailable: "0%" }, 'maxUnavailable is "0%", which forbids every eviction'],
    [3, { maxUnavailable: 3 }, "maxUnavailable is 3, which lets all be evicted at once"],
    [2, { maxUnavailable: 5 }, "maxUnavailable is 5, which lets all be evicted at once"],
    [3, { maxUnavailable: "67%" }, 'maxUnavailable is "67%", which lets all be evicted at once'],
    [3, { minAvailable: 0 }, "minAvailable is 0, which lets all be evicted at once"],
  ])("refuses %d pods %j", async (replicas, bounds, reason) => {
    expect((await judgeObjects(pods(replicas), bounded(bounds))).violations).toEqual([
      expect.stringContaining(
        `at .spec.${Object.keys(bounds)[0]}: ${reason} at the lowest number of pods that it selects, ${replicas}. Set maxUnavailable to 1`,
      ),
    ]);
  });

  it("takes one pod where a workload states no number", async () => {
    for (const replicas of [null, undefined])
      expect((await judgeObjects(pods(replicas), bounded({ minAvailable: 1 }))).violations).toHaveLength(1);
  });

  it.each([
    ["a HorizontalPodAutoscaler", autoscaler({}, { minReplicas: 3, maxReplicas: 20 }), 3],
    ["a HorizontalPodAutoscaler that states none", autoscaler({}, { maxReplicas: 20 }), 1],
    ["a ScaledObject", scaledObject({}, { minReplicaCount: 3 }), 3],
    ["a ScaledObject that lets it sleep", scaledObject({}, { minReplicaCount: 3, idleReplicaCount: 0 }), 1],
    ["a ScaledObject that states none", scaledObject(), 1],
  ])("goes by the minimum of %s", async (_, scaler, minimum) => {
    const objects = [pods(9), scaler];
    expect((await judgeObjects(...objects, bounded({ minAvailable: minimum }))).violations[0]).toContain(
      `that it selects, ${minimum}.`,
    );
    expect(await judgeObjects(...objects, bounded({ minAvailable: minimum - 1 || "0%" }))).toEqual(NOTHING);
  });

  it("goes by the least minimum of several autoscalers", async () => {
    const scalers = [autoscaler({}, { minReplicas: 4 }), scaledObject({}, { minReplicaCount: 2 })];
    expect((await judgeObjects(pods(9), ...scalers, bounded({ minAvailable: 2 }))).violations).toHaveLength(
      1,
    );
    expect(await judgeObjects(pods(9), ...scalers, bounded({ minAvailable: 1 }))).toEqual(NOTHING);
  });

  it("adds up the workloads that it selects", async () => {
    const objects = [pods(2), pods(1, { name: "canary" })];
    expect(await judgeObjects(...objects, bounded({ minAvailable: 2 }))).toEqual(NOTHING);
    expect((await judgeObjects(...objects, bounded({ minAvailable: 3 }))).violations).toHaveLength(1);
  });

  it.each(["StatefulSet", "ReplicaSet", "ReplicationController", "Rollout"])(
    "knows the pods of a %s",
    async (kind) => {
      expect((await judgeObjects(pods(2, { kind }), bounded({ minAvailable: 2 }))).violations).toHaveLength(
        1,
      );
    },
  );

  it.each([
    ["selects nothing", [pods(2), bounded({ minAvailable: 2 }, { matchLabels: { app: "other" } })]],
    ["selects a DaemonSet", [pods(undefined, { kind: "DaemonSet" }), bounded({ minAvailable: 1 })]],
    ["selects a Job too", [pods(1), pods(undefined, { kind: "Job" }), bounded({ minAvailable: 1 })]],
    [
      "selects a database",
      [database({ inheritedMetadata: { labels: LABELS } }), bounded({ minAvailable: 1 })],
    ],
    ["has no bound", [pods(2), bounded({ minAvailable: null })]],
    ["has two bounds", [pods(2), bounded({ minAvailable: 2, maxUnavailable: 0 })]],
    ["has a bound that is none", [pods(2), bounded({ minAvailable: "2" })]],
    ["has a bound that is a list", [pods(2), bounded({ minAvailable: ["2%"] })]],
    ["has a share with more behind", [pods(2), bounded({ minAvailable: "100%5" })]],
    ["has a share with more before", [pods(2), bounded({ minAvailable: "+100%" })]],
    ["selects a number that is none", [pods("2"), bounded({ minAvailable: 2 })]],
    [
      "is scaled by a number that is none",
      [pods(2), autoscaler({}, { minReplicas: "2" }), bounded({ minAvailable: 2 })],
    ],
    ["stands in another region", [bounded({ minAvailable: 2 })]],
  ])("leaves a budget to other policies that %s", async (_, objects) => {
    expect(await judgeObjects(...objects)).toEqual(NOTHING);
  });

  it.each([
    [
      "the bound",
      [pods(2), bounded({ minAvailable: UNKNOWN })],
      "PodDisruptionBudget ai-agents/agent .spec.minAvailable;",
    ],
    [
      "the first bound of two",
      [pods(2), bounded({ maxUnavailable: UNKNOWN, minAvailable: 2 })],
      "PodDisruptionBudget ai-agents/agent .spec.maxUnavailable;",
    ],
    [
      "the second bound of two",
      [pods(2), bounded({ maxUnavailable: 2, minAvailable: UNKNOWN })],
      "PodDisruptionBudget ai-agents/agent .spec.minAvailable;",
    ],
    [
      "anything of the budget",
      [pods(2), { ...bounded({}), spec: UNKNOWN }],
      "PodDisruptionBudget ai-agents/agent .spec",
    ],
    [
      "the number of pods",
      [pods(UNKNOWN), bounded({ minAvailable: 2 })],
      "Deployment ai-agents/agent .spec.replicas;",
    ],
    [
      "the minimum of an autoscaler",
      [pods(2), autoscaler({}, { minReplicas: UNKNOWN }), bounded({ minAvailable: 2 })],
      "HorizontalPodAutoscaler ai-agents/agent .spec.minReplicas;",
    ],
    [
      "the target of an autoscaler",
      [pods(2), autoscaler({ name: UNKNOWN }), bounded({ minAvailable: 2 })],
      "HorizontalPodAutoscaler ai-agents/agent .spec.scaleTargetRef.name;",
    ],
    [
      "whether it selects more",
      [pods(2), pods(2, { name: "other", labels: UNKNOWN }), bounded({ minAvailable: 2 })],
      "Deployment ai-agents/other .spec.template.metadata.labels;",
    ],
  ])("is undecided while %s is not known", async (_, objects, place) => {
    const { violations, undecided } = await judgeObjects(...objects);
    expect(violations).toEqual([]);
    expect(undecided).toContain(place);
  });

  it("needs no number of pods where one may be evicted at a time", async () => {
    expect(await judgeObjects(pods(UNKNOWN), bounded({ maxUnavailable: 1 }))).toEqual(NOTHING);
    expect((await judgeObjects(pods(UNKNOWN), bounded({ maxUnavailable: 2 }))).undecided).toContain(
      ".spec.replicas",
    );
    expect((await judgeObjects(pods(UNKNOWN), bounded({ minAvailable: 1 }))).undecided).toContain(
      ".spec.replicas",
    );
    expect(await judgeObjects(pods(1), bounded({ minAvailable: 1, maxUnavailable: 1 }))).toEqual(NOTHING);
    expect(await judgeObjects(pods(1), bounded({ minAvailable: UNKNOWN, maxUnavailable: 1 }))).toEqual(
      NOTHING,
    );
    expect(await judgeObjects(pods(2), bounded({ minAvailable: 2, maxUnavailable: 2 }))).toEqual(NOTHING);
  });

  it("does not look at workloads of another region or namespace", async () => {
    const resources = [
      resourceOf(pods(2)),
      resourceOf(pods(2), { region: "region-b" }),
      resourceOf(pods(2, { namespace: "other" })),
      resourceOf(bounded({ minAvailable: 2 })),
    ];
    expect((await judgeStack(disruptionBudgetLimitPods, resources)).violations).toHaveLength(1);
  });
});
