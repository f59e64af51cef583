import { describe, expect, it } from "vitest";
import { disruptionBudgetRequirePods } from "../../../policies/stack/disruption-budget-require-pods.ts";
import { judgeStack, type KubernetesObject, resourceOf, UNKNOWN } from "../judge.ts";
import { budget, database, LABELS, NOTHING, workload } from "./objects.ts";

const judgeObjects = (objects: KubernetesObject[], config = {}) =>
  judgeStack(
    disruptionBudgetRequirePods,
    objects.map((object) => resourceOf(object)),
    config,
  );
const by = (key: string, operator: string, values?: string[]) =>
  budget({ matchExpressions: [{ key, operator, values }] });

describe("disruption-budget-require-pods", () => {
  it.each(["Deployment", "StatefulSet", "DaemonSet", "Job", "Rollout"])(
    "allows a budget of a %s",
    async (kind) => {
      expect(await judgeObjects([workload({}, { kind }), budget({ matchLabels: LABELS })])).toEqual(NOTHING);
    },
  );

  it.each([
    ["selects other labels", budget({ matchLabels: { app: "other" } })],
    ["selects one label too many", budget({ matchLabels: { ...LABELS, region: "a" } })],
    ["has no selector", budget(undefined)],
    ["has a selector that is null", budget(null)],
    ["stands in another namespace", budget({ matchLabels: LABELS }, { namespace: "other" })],
  ])("refuses a budget that %s", async (_, one) => {
    expect((await judgeObjects([workload(), one])).violations).toEqual([
      expect.stringContaining(
        "at .spec.selector: it selects no pods of any workload of its namespace and region",
      ),
    ]);
  });

  it("refuses an empty selector where there are no pods", async () => {
    expect((await judgeObjects([budget({})])).violations).toHaveLength(1);
    expect(await judgeObjects([workload(), budget({})])).toEqual(NOTHING);
  });

  it("takes the labels of further operators from the configuration", async () => {
    const config = { operatorLabels: ["cnpg.io/", "other.example.com/"] };
    expect(await judgeObjects([by("other.example.com/role", "Exists")], config)).toEqual(NOTHING);
    expect((await judgeObjects([by("third.example.com/role", "Exists")], config)).violations).toHaveLength(1);
  });

  it("does not take a PodTemplate for pods", async () => {
    const template = {
      apiVersion: "v1",
      kind: "PodTemplate",
      metadata: { name: "agent", namespace: "ai-agents" },
      template: { metadata: { labels: LABELS } },
    };
    expect((await judgeObjects([template, budget({ matchLabels: LABELS })])).violations).toHaveLength(1);
  });

  it("refuses a budget whose pods are in another region", async () => {
    const { violations } = await judgeStack(disruptionBudgetRequirePods, [
      resourceOf(workload(), { region: "region-b" }),
      resourceOf(budget({ matchLabels: LABELS })),
    ]);
    expect(violations).toHaveLength(1);
  });

  it("knows the labels that CloudNativePG's pods inherit", async () => {
    const objects = [database({ inheritedMetadata: { labels: LABELS } }), budget({ matchLabels: LABELS })];
    expect(await judgeObjects(objects)).toEqual(NOTHING);
    expect((await judgeObjects([database({}), budget({ matchLabels: LABELS })])).violations).toHaveLength(1);
  });

  it.each([
    ["a label", budget({ matchLabels: { "cnpg.io/cluster": "main" } })],
    ["In", by("cnpg.io/cluster", "In", ["main"])],
    ["Exists", by("cnpg.io/cluster", "Exists")],
  ])("takes the pods of an operator for there, asked for by %s", async (_, one) => {
    expect(await judgeObjects([one])).toEqual(NOTHING);
    expect((await judgeObjects([one], { operatorLabels: ["other.io/"] })).violations).toHaveLength(1);
  });

  it.each([
    ["only leaves out an operator's pods", by("cnpg.io/cluster", "DoesNotExist")],
    ["asks for a label that ends alike", budget({ matchLabels: { "my-cnpg.io/cluster": "main" } })],
    ["sets an operator's label to null", budget({ matchLabels: { app: "other", "cnpg.io/cluster": null } })],
    ["asks for another label", by("app", "Exists")],
  ])("does not take them for there where the selector %s", async (_, one) => {
    expect((await judgeObjects([one])).violations).toHaveLength(1);
  });

  it.each([
    ["the selector", [budget(UNKNOWN)], "PodDisruptionBudget ai-agents/agent .spec.selector"],
    [
      "a wanted label",
      [workload(), budget({ matchLabels: { app: UNKNOWN } })],
      "PodDisruptionBudget ai-agents/agent .spec.selector.matchLabels.app",
    ],
    [
      "the label of an expression",
      [workload(), by(UNKNOWN, "Exists")],
      "PodDisruptionBudget ai-agents/agent .spec.selector.matchExpressions[0].key",
    ],
    [
      "the labels of the pods",
      [workload({}, { labels: UNKNOWN }), budget({ matchLabels: LABELS })],
      "Deployment ai-agents/agent .spec.template.metadata.labels",
    ],
  ])("is undecided while %s is not known", async (_, objects, place) => {
    const { violations, undecided } = await judgeObjects(objects);
    expect(violations).toEqual([]);
    expect(undecided).toContain(place);
  });

  it("needs no other pods where it selects some", async () => {
    const open = workload({}, { labels: UNKNOWN, name: "other" });
    expect(await judgeObjects([workload(), open, budget({ matchLabels: LABELS })])).toEqual(NOTHING);
  });

  it("refuses a selector that the API server would refuse, and names the policy", async () => {
    const wrong = budget({ matchExpressions: [{ key: "app", operator: "Like" }] });
    await expect(judgeObjects([workload(), wrong])).rejects.toThrow(
      /disruption-budget-require-pods could not judge the stack .*"Like"/,
    );
  });
});
