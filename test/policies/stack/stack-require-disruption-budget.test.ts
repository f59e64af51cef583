import { describe, expect, it } from "vitest";
import { stackRequireDisruptionBudget } from "../../../policies/stack/stack-require-disruption-budget.ts";
import { judgeStack, type KubernetesObject, resourceOf, UNKNOWN } from "../judge.ts";
import { autoscaler, budget, LABELS, NOTHING, scaledObject, workload } from "./objects.ts";

const judgeObjects = (...objects: KubernetesObject[]) =>
  judgeStack(
    stackRequireDisruptionBudget,
    objects.map((object) => resourceOf(object)),
  );
const BUDGET = budget({ matchLabels: LABELS });

describe("stack-require-disruption-budget", () => {
  it.each(["Deployment", "StatefulSet", "ReplicaSet", "ReplicationController", "Rollout"])(
    "asks a %s of two pods for a budget",
    async (kind) => {
      const object = workload({ replicas: 2 }, { kind });
      expect(await judgeObjects(object, BUDGET)).toEqual(NOTHING);
      expect((await judgeObjects(object)).violations).toEqual([
        expect.stringContaining(
          `${kind} ai-agents/agent: no PodDisruptionBudget of its namespace selects its pods`,
        ),
      ]);
    },
  );

  it.each([
    ["one pod", { replicas: 1 }],
    ["no pod", { replicas: 0 }],
    ["no number and no autoscaler", {}],
    ["the number null", { replicas: null }],
  ])("needs no budget for %s", async (_, spec) => {
    expect(await judgeObjects(workload(spec))).toEqual(NOTHING);
  });

  it.each([
    ["a HorizontalPodAutoscaler", autoscaler()],
    ["a ScaledObject", scaledObject()],
  ])("asks a workload for a budget that %s scales", async (_, scaler) => {
    expect((await judgeObjects(workload(), scaler)).violations).toHaveLength(1);
    expect((await judgeObjects(workload({ replicas: 1 }), scaler)).violations).toHaveLength(1);
    expect(await judgeObjects(workload(), scaler, BUDGET)).toEqual(NOTHING);
    expect(await judgeObjects(workload({}, { name: "other" }), scaler)).toEqual(NOTHING);
  });

  it("takes a number that is none for several pods", async () => {
    expect((await judgeObjects(workload({ replicas: "1" }))).violations).toHaveLength(1);
  });

  it.each([
    ["selects other labels", budget({ matchLabels: { app: "other" } })],
    ["has no selector", budget(undefined)],
    ["stands in another namespace", budget({ matchLabels: LABELS }, { namespace: "other" })],
    ["stands in the default namespace", budget({ matchLabels: LABELS }, { namespace: null })],
    [
      "leaves out a tier",
      budget({ matchExpressions: [{ key: "tier", operator: "NotIn", values: ["worker"] }] }),
    ],
  ])("does not count a budget that %s", async (_, other) => {
    expect((await judgeObjects(workload({ replicas: 2 }), other)).violations).toHaveLength(1);
  });

  it.each([
    ["one of the labels", budget({ matchLabels: { tier: "worker" } })],
    ["an empty selector", budget({})],
    ["expressions", budget({ matchExpressions: [{ key: "app", operator: "In", values: ["agent"] }] })],
  ])("counts a budget by %s", async (_, one) => {
    expect(await judgeObjects(workload({ replicas: 2 }), one)).toEqual(NOTHING);
  });

  it("does not count a budget of another region", async () => {
    const other = resourceOf(BUDGET, { region: "region-b" });
    const { violations } = await judgeStack(stackRequireDisruptionBudget, [
      resourceOf(workload({ replicas: 2 })),
      other,
    ]);
    expect(violations).toHaveLength(1);
  });

  it("finds both inside a List", async () => {
    const list = { apiVersion: "v1", kind: "List", items: [workload({ replicas: 2 }), BUDGET] };
    expect(await judgeObjects(list)).toEqual(NOTHING);
  });

  it.each([
    ["the number", [workload({ replicas: UNKNOWN })], "Deployment ai-agents/agent .spec.replicas"],
    ["an autoscaler's target", [workload(), autoscaler({ name: UNKNOWN })], ".spec.scaleTargetRef.name"],
    [
      "a budget's selector",
      [workload({ replicas: 2 }), budget(UNKNOWN)],
      "PodDisruptionBudget ai-agents/agent .spec.selector",
    ],
    [
      "a budget's namespace",
      [workload({ replicas: 2 }), budget({ matchLabels: LABELS }, { namespace: UNKNOWN })],
      "PodDisruptionBudget agent .metadata.namespace",
    ],
    [
      "the workload's namespace",
      [workload({ replicas: 2 }, { namespace: UNKNOWN }), BUDGET],
      "Deployment agent .metadata.namespace",
    ],
    [
      "a label of the pods",
      [workload({ replicas: 2 }, { labels: { ...LABELS, app: UNKNOWN } }), BUDGET],
      "Deployment ai-agents/agent .spec.template.metadata.labels.app",
    ],
  ])("is undecided while %s is not known", async (_, objects, place) => {
    const { violations, undecided } = await judgeObjects(...objects);
    expect(violations).toEqual([]);
    expect(undecided).toContain(place);
  });

  it("needs no value where a budget or another label decides", async () => {
    expect(await judgeObjects(workload({ replicas: UNKNOWN }), BUDGET, budget(UNKNOWN))).toEqual(NOTHING);
    expect(await judgeObjects(workload({ replicas: 1 }), budget(UNKNOWN))).toEqual(NOTHING);
    const other = budget({ matchLabels: { app: "other", tier: UNKNOWN } });
    expect((await judgeObjects(workload({ replicas: 2 }), other)).undecided).toBeUndefined();
  });

  it("leaves DaemonSets and Jobs alone, which are not evicted as others are", async () => {
    expect(await judgeObjects(workload({}, { kind: "DaemonSet" }), workload({}, { kind: "Job" }))).toEqual(
      NOTHING,
    );
  });
});
