import { describe, expect, it } from "vitest";
import { podRequirePriorityClass } from "../../../policies/workloads/pod-require-priority-class.ts";
import { judge, UNKNOWN } from "../judge.ts";
import { deployment, POD_SPEC, WORKLOAD_KINDS } from "../workloads.ts";

const judgeClass = (priorityClassName: unknown, config = {}) =>
  judge(podRequirePriorityClass, deployment({ ...POD_SPEC, priorityClassName }), { config });

describe("pod-require-priority-class", () => {
  it.each(WORKLOAD_KINDS)("allows a $kind with a class of its own", async ({ build }) => {
    const judgement = await judge(podRequirePriorityClass, build(POD_SPEC));
    expect(judgement).toEqual({ violations: [], undecided: undefined });
  });

  it.each(WORKLOAD_KINDS)("refuses a $kind without class (fault 22)", async ({ build }) => {
    const podSpec = { ...POD_SPEC, priorityClassName: undefined };
    expect((await judge(podRequirePriorityClass, build(podSpec))).violations).toEqual([
      expect.stringContaining("the pod has no priority class."),
    ]);
  });

  it.each([
    [null, "no priority class."],
    ["", "no priority class."],
    [1000, "a priority class that is no text."],
    ["system-cluster-critical", '"system-cluster-critical", which is for what keeps the cluster running'],
    ["system-node-critical", "allowed of those: none."],
  ])("refuses the class %j", async (name, reason) => {
    expect((await judgeClass(name)).violations).toEqual([expect.stringContaining(reason)]);
  });

  it("allows a class that only holds the word", async () => {
    expect((await judgeClass("agent-system-store")).violations).toEqual([]);
  });

  it("takes the system's classes that may be used from the configuration", async () => {
    const config = { allowedSystemClasses: ["system-node-critical"] };
    expect((await judgeClass("system-node-critical", config)).violations).toEqual([]);
    expect((await judgeClass("system-cluster-critical", config)).violations).toEqual([
      expect.stringContaining("allowed of those: system-node-critical."),
    ]);
  });

  it("leaves a class that is not known yet undecided", async () => {
    const { violations, undecided } = await judgeClass(UNKNOWN);
    expect(violations).toEqual([]);
    expect(undecided).toContain(".spec.template.spec.priorityClassName");
  });

  it("says nothing of a Rollout whose pods are those of another workload", async () => {
    const judgeRollout = (spec: object) =>
      judge(podRequirePriorityClass, {
        apiVersion: "argoproj.io/v1alpha1",
        kind: "Rollout",
        metadata: {},
        spec,
      });
    const workloadRef = { apiVersion: "apps/v1", kind: "Deployment", name: "agent" };
    expect((await judgeRollout({ workloadRef })).violations).toEqual([]);
    expect((await judgeRollout({})).violations).toHaveLength(1);
    expect((await judgeRollout({ workloadRef, template: { spec: {} } })).violations).toHaveLength(1);
    expect((await judgeRollout({ workloadRef: UNKNOWN })).undecided).toContain(".spec.workloadRef;");
  });
});
