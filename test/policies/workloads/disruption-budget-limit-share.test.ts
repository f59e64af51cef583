import { describe, expect, it } from "vitest";
import { disruptionBudgetLimitShare } from "../../../policies/workloads/disruption-budget-limit-share.ts";
import { judgeStack, type KubernetesObject, resourceOf, UNKNOWN } from "../judge.ts";
import { autoscaler, database, NOTHING, scaledObject, workload } from "../stack/objects.ts";

const judgeObjects = (...objects: KubernetesObject[]) =>
  judgeStack(
    disruptionBudgetLimitShare,
    objects.map((object) => resourceOf(object)),
  );
const budget = (spec: object, matchLabels: unknown = { app: "agent" }) => ({
  apiVersion: "policy/v1",
  kind: "PodDisruptionBudget",
  metadata: { name: "agent", namespace: "ai-agents" },
  spec: { ...spec, selector: { matchLabels } },
});
/** Judges a budget of a Deployment of so many pods. */
const judgeBudget = (replicas: unknown, spec: object) => judgeObjects(workload({ replicas }), budget(spec));

const FORBIDS = "which forbids every eviction.";
const ALL = "which lets all of them be evicted at once.";

describe("disruption-budget-limit-share", () => {
  it.each([
    [2, { maxUnavailable: 1 }],
    [3, { maxUnavailable: 2 }],
    [3, { minAvailable: 1 }],
    [3, { minAvailable: 2 }],
    [3, { minAvailable: "66%" }],
    [10, { minAvailable: "90%" }],
    [2, { maxUnavailable: "50%" }],
    [3, { maxUnavailable: "1%" }],
    [3, { maxUnavailable: "66%" }],
  ])("allows of %i pods %j", async (replicas, spec) => {
    expect(await judgeBudget(replicas, spec)).toEqual(NOTHING);
  });

  it.each([
    [3, { minAvailable: 3 }, FORBIDS],
    [3, { minAvailable: 4 }, FORBIDS],
    [3, { minAvailable: "67%" }, FORBIDS],
    [2, { minAvailable: "51%" }, FORBIDS],
    [1, { minAvailable: 1 }, FORBIDS],
    [1, { minAvailable: "50%" }, FORBIDS],
    [3, { maxUnavailable: 0 }, FORBIDS],
    [3, { maxUnavailable: "0%" }, FORBIDS],
    [3, { maxUnavailable: 3 }, ALL],
    [3, { maxUnavailable: 4 }, ALL],
    [2, { maxUnavailable: "51%" }, ALL],
    [3, { maxUnavailable: "67%" }, ALL],
    [3, { minAvailable: 0 }, ALL],
    [3, { minAvailable: "0%" }, ALL],
  ])("refuses of %i pods %j", async (replicas, spec, effect) => {
    const { violations } = await judgeBudget(replicas, spec);
    expect(violations).toEqual([expect.stringContaining(effect)]);
    expect(violations[0]).toContain(
      `for the ${replicas} pods that Deployment ai-agents/agent has at the least`,
    );
    expect(violations[0]).toContain("PodDisruptionBudget ai-agents/agent, at .spec.m");
  });

  it.each([
    ["the single pod of a workload that may go", 1, { maxUnavailable: 1 }],
    ["the single pod of a workload of which none is needed", 1, { minAvailable: 0 }],
    ["more than the single pod of a workload", 1, { maxUnavailable: 2 }],
    ["a workload without pods", 0, { minAvailable: 1 }],
    ["replicas that are no number", "3", { minAvailable: 3 }],
    ["both bounds", 3, { minAvailable: 3, maxUnavailable: 3 }],
    ["neither bound", 3, {}],
    ["a bound that is neither number nor share", 3, { minAvailable: "three" }],
    ["a share above all", 3, { minAvailable: "1000%" }],
    ["a bound that is a list", 3, { minAvailable: ["100%"] }],
  ])("says nothing of %s", async (_, replicas, spec) => {
    expect(await judgeBudget(replicas, spec)).toEqual(NOTHING);
  });

  it("takes a bound that is null for missing", async () => {
    expect((await judgeBudget(3, { minAvailable: 3, maxUnavailable: null })).violations).toHaveLength(1);
  });

  it("takes one pod for a workload that neither says how many nor is scaled", async () => {
    expect((await judgeBudget(undefined, { minAvailable: 1 })).violations).toHaveLength(1);
    expect(await judgeBudget(null, { maxUnavailable: 2 })).toEqual(NOTHING);
  });

  it.each([
    ["a HorizontalPodAutoscaler", autoscaler({}, { minReplicas: 3 })],
    ["a ScaledObject", scaledObject({}, { minReplicaCount: 3 })],
    ["a ScaledObject that idles", scaledObject({}, { minReplicaCount: 3, idleReplicaCount: 0 })],
  ])("counts what %s goes down to, whatever the workload says", async (_, scaler) => {
    const judgeScaled = (spec: object) => judgeObjects(workload({ replicas: 9 }), scaler, budget(spec));
    expect((await judgeScaled({ minAvailable: 3 })).violations).toHaveLength(1);
    expect((await judgeScaled({ minAvailable: "80%" })).violations).toHaveLength(1);
    expect(await judgeScaled({ minAvailable: 2 })).toEqual(NOTHING);
  });

  it("counts the smallest minimum of several autoscalers, and one pod where one states none", async () => {
    const scalers = [autoscaler({}, { minReplicas: 5 }), scaledObject({}, { minReplicaCount: 2 })];
    const minAvailable = budget({ minAvailable: 2 });
    expect((await judgeObjects(workload(), ...scalers, minAvailable)).violations).toHaveLength(1);
    expect(
      (await judgeObjects(workload(), autoscaler(), budget({ minAvailable: 1 }))).violations,
    ).toHaveLength(1);
  });

  it("counts the pods of all workloads that it selects", async () => {
    const others = workload({ replicas: 2 }, { name: "other" });
    const judgeBoth = (spec: object) => judgeObjects(workload({ replicas: 2 }), others, budget(spec));
    expect(await judgeBoth({ minAvailable: 3 })).toEqual(NOTHING);
    expect((await judgeBoth({ minAvailable: 4 })).violations).toEqual([
      expect.stringContaining(
        "for the 4 pods that Deployment ai-agents/agent and Deployment ai-agents/other has",
      ),
    ]);
  });

  it.each([
    ["a DaemonSet", workload({}, { kind: "DaemonSet" })],
    ["a Job", workload({}, { kind: "Job" })],
    ["an operator's pods", { ...database({ inheritedMetadata: { labels: { app: "agent" } } }) }],
  ])("says nothing where %s is among the pods", async (_, other) => {
    const objects = [workload({ replicas: 3 }, { name: "first" }), other];
    expect(await judgeObjects(...objects, budget({ minAvailable: 3 }))).toEqual(NOTHING);
  });

  it("says nothing where it selects no pods", async () => {
    expect(await judgeObjects(budget({ minAvailable: 3 }))).toEqual(NOTHING);
    const other = budget({ minAvailable: 3 }, { app: "other" });
    expect(await judgeObjects(workload({ replicas: 3 }), other)).toEqual(NOTHING);
  });

  it.each([
    ["the bound", workload({ replicas: 3 }), [], budget({ minAvailable: UNKNOWN }), ".spec.minAvailable;"],
    [
      "the number of pods",
      workload({ replicas: UNKNOWN }),
      [],
      budget({ minAvailable: 2 }),
      ".spec.replicas;",
    ],
    [
      "the minimum of the autoscaler",
      workload(),
      [autoscaler({}, { minReplicas: UNKNOWN })],
      budget({ minAvailable: 2 }),
      ".spec.minReplicas;",
    ],
    [
      "what the autoscaler scales",
      workload({ replicas: 2 }),
      [autoscaler({ name: UNKNOWN })],
      budget({ minAvailable: 1 }),
      ".spec.scaleTargetRef.name;",
    ],
    [
      "what it selects",
      workload({ replicas: 2 }),
      [],
      budget({ minAvailable: 2 }, { app: UNKNOWN }),
      ".spec.selector.matchLabels.app;",
    ],
  ])("leaves it undecided where %s is not known yet", async (_, subject, scalers, owner, path) => {
    const { violations, undecided } = await judgeObjects(subject, ...scalers, owner);
    expect(violations).toEqual([]);
    expect(undecided).toContain(path);
  });

  it("does not wait for the number of pods where one goes at a time", async () => {
    expect(await judgeBudget(UNKNOWN, { maxUnavailable: 1 })).toEqual(NOTHING);
    expect((await judgeBudget(UNKNOWN, { maxUnavailable: 2 })).undecided).toContain(".spec.replicas;");
    expect((await judgeBudget(UNKNOWN, { minAvailable: 1 })).undecided).toContain(".spec.replicas;");
  });
});
