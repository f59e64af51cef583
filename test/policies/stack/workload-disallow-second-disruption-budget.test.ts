import { describe, expect, it } from "vitest";
import { workloadDisallowSecondDisruptionBudget } from "../../../policies/stack/workload-disallow-second-disruption-budget.ts";
import { judgeStack, type KubernetesObject, resourceOf, UNKNOWN } from "../judge.ts";
import { budget, LABELS, NOTHING, workload } from "./objects.ts";

const judgeObjects = (...objects: KubernetesObject[]) =>
  judgeStack(
    workloadDisallowSecondDisruptionBudget,
    objects.map((object) => resourceOf(object)),
  );
const FIRST = budget({ matchLabels: { app: "agent" } }, { name: "first" });
const SECOND = budget({ matchLabels: { tier: "worker" } }, { name: "second" });

describe("workload-disallow-second-disruption-budget", () => {
  it("allows one budget, and one for each of two workloads", async () => {
    expect(await judgeObjects(workload(), FIRST)).toEqual(NOTHING);
    const web = workload({}, { name: "web", labels: { app: "web" } });
    expect(await judgeObjects(workload(), web, FIRST, budget({ matchLabels: { app: "web" } }))).toEqual(
      NOTHING,
    );
  });

  it("allows one budget of two workloads", async () => {
    expect(await judgeObjects(workload(), workload({}, { name: "canary" }), FIRST)).toEqual(NOTHING);
  });

  it.each(["Deployment", "StatefulSet", "Rollout", "Pod"])("refuses two budgets of one %s", async (kind) => {
    const one =
      kind === "Pod"
        ? { apiVersion: "v1", kind, metadata: { name: "agent", namespace: "ai-agents", labels: LABELS } }
        : workload({}, { kind });
    expect((await judgeObjects(one, FIRST, SECOND)).violations).toEqual([
      expect.stringContaining(
        `${kind} ai-agents/agent: its pods are selected by PodDisruptionBudget ai-agents/first and PodDisruptionBudget ai-agents/second, and`,
      ),
    ]);
  });

  it("allows a second budget in another namespace or region", async () => {
    const elsewhere = budget({ matchLabels: { tier: "worker" } }, { namespace: "other" });
    expect(await judgeObjects(workload(), FIRST, elsewhere)).toEqual(NOTHING);
    const resources = [resourceOf(workload()), resourceOf(FIRST), resourceOf(SECOND, { region: "region-b" })];
    expect(await judgeStack(workloadDisallowSecondDisruptionBudget, resources)).toEqual(NOTHING);
  });

  it("is undecided where an unknown selector may be the second", async () => {
    const { violations, undecided } = await judgeObjects(
      workload(),
      FIRST,
      budget(UNKNOWN, { name: "second" }),
    );
    expect(violations).toEqual([]);
    expect(undecided).toContain("PodDisruptionBudget ai-agents/second .spec.selector");
  });

  it("is undecided where two unknown selectors may be both", async () => {
    const open = ["a", "b"].map((name) => budget(UNKNOWN, { name }));
    expect((await judgeObjects(workload(), ...open)).undecided).toContain("ai-agents/b .spec.selector");
  });

  it("needs no value where one budget is possible, or two are there", async () => {
    expect(await judgeObjects(workload(), budget(UNKNOWN))).toEqual(NOTHING);
    const { violations, undecided } = await judgeObjects(workload(), FIRST, SECOND, budget(UNKNOWN));
    expect(violations).toHaveLength(1);
    expect(undecided).toBeUndefined();
  });
});
