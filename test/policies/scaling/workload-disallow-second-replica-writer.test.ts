import { describe, expect, it } from "vitest";
import { workloadDisallowSecondReplicaWriter } from "../../../policies/scaling/workload-disallow-second-replica-writer.ts";
import { judgeStack, type PolicyResource, resourceOf, UNKNOWN } from "../judge.ts";

const KINDS = ["Deployment", "StatefulSet", "ReplicaSet", "Rollout"];

function workload(spec: object = {}, kind = "Deployment", region = "region-a"): PolicyResource {
  const apiVersion = kind === "Rollout" ? "argoproj.io/v1alpha1" : "apps/v1";
  const metadata = { name: "agent", namespace: "ai-agents" };
  return resourceOf({ apiVersion, kind, metadata, spec: { template: {}, ...spec } }, { region });
}

function hpa(target: object = {}, name = "agent-hpa"): PolicyResource {
  return resourceOf({
    apiVersion: "autoscaling/v2",
    kind: "HorizontalPodAutoscaler",
    metadata: { name, namespace: "ai-agents" },
    spec: { scaleTargetRef: { kind: "Deployment", name: "agent", ...target } },
  });
}

function scaledObject(target: object = {}): PolicyResource {
  return resourceOf({
    apiVersion: "keda.sh/v1alpha1",
    kind: "ScaledObject",
    metadata: { name: "agent-scaler", namespace: "ai-agents" },
    spec: { scaleTargetRef: { name: "agent", ...target } },
  });
}

const judgeResources = (...resources: PolicyResource[]) =>
  judgeStack(workloadDisallowSecondReplicaWriter, resources);

describe("workload-disallow-second-replica-writer", () => {
  it.each([
    ["an autoscaler alone", [workload(), hpa()]],
    ["a ScaledObject alone", [workload(), scaledObject()]],
    ["the workload alone", [workload({ replicas: 3 })]],
    ["the workload, beside the autoscaler of another", [workload({ replicas: 3 }), hpa({ name: "other" })]],
    [
      "the workload, beside an autoscaler in another region",
      [workload({ replicas: 3 }, "Deployment", "region-b"), hpa()],
    ],
    ["nobody", [workload()]],
  ])("allows that the number is written by %s", async (_, resources) => {
    expect(await judgeResources(...resources)).toEqual({ violations: [], undecided: undefined });
  });

  it.each(KINDS)("refuses a %s that states replicas although an autoscaler scales it", async (kind) => {
    const { violations } = await judgeResources(workload({ replicas: 3 }, kind), hpa({ kind }));
    expect(violations).toEqual([
      expect.stringContaining(
        `${kind} ai-agents/agent: the number of its pods is written by its own spec.replicas and by HorizontalPodAutoscaler ai-agents/agent-hpa`,
      ),
    ]);
  });

  it("leaves alone a workload that lives, whose number an autoscaler has written", async () => {
    const live = resourceOf({
      apiVersion: "apps/v1",
      kind: "Deployment",
      metadata: { name: "agent", namespace: "ai-agents", uid: "0c1d" },
      spec: { template: {}, replicas: 7 },
    });
    expect(await judgeResources(live, hpa())).toEqual({ violations: [], undecided: undefined });
    expect((await judgeResources(live, hpa(), scaledObject())).violations).toHaveLength(1);
  });

  it("does not take the number that the API server fills in in a preview for the object's own", async () => {
    const metadata = { name: "agent", namespace: "ai-agents", uid: UNKNOWN };
    const planned = resourceOf({
      apiVersion: "apps/v1",
      kind: "Deployment",
      metadata,
      spec: { replicas: 1 },
    });
    expect((await judgeResources(planned, hpa())).violations).toEqual([]);
  });

  it("refuses replicas of zero beside an autoscaler as well", async () => {
    expect((await judgeResources(workload({ replicas: 0 }), hpa())).violations).toHaveLength(1);
  });

  it.each(KINDS)("refuses a %s with a HorizontalPodAutoscaler and a ScaledObject", async (kind) => {
    const { violations } = await judgeResources(workload({}, kind), hpa({ kind }), scaledObject({ kind }));
    expect(violations).toEqual([
      expect.stringContaining(
        "HorizontalPodAutoscaler ai-agents/agent-hpa and by ScaledObject ai-agents/agent-scaler",
      ),
    ]);
  });

  it("refuses two autoscalers of one kind", async () => {
    expect((await judgeResources(workload(), hpa(), hpa({}, "second-hpa"))).violations).toHaveLength(1);
  });

  it("finds an autoscaler that reaches the same cluster through another provider", async () => {
    const through = (resource: PolicyResource, name: string, context: string): PolicyResource => ({
      ...resource,
      provider: { type: "pulumi:providers:kubernetes", name, urn: `urn:${name}`, props: { context } },
    });
    const own = through(workload({ replicas: 3 }), "first", "prod-eu");
    expect((await judgeResources(own, through(hpa(), "second", "prod-eu"))).violations).toHaveLength(1);
    expect((await judgeResources(own, through(hpa(), "second", "prod-us"))).violations).toEqual([]);
    expect(
      (await judgeResources(own, through(hpa({ name: UNKNOWN }), "second", "prod-us"))).undecided,
    ).toBeUndefined();
  });

  it("finds writers in Lists, and in a part of an object that another made", async () => {
    const list = resourceOf({ apiVersion: "v1", kind: "List", items: [hpa().props, scaledObject().props] });
    expect((await judgeResources(workload(), list)).violations).toHaveLength(1);
    const { props } = workload({ replicas: 3 });
    const patch = resourceOf({ ...props }, { type: "kubernetes:apps/v1:DeploymentPatch" });
    expect((await judgeResources(patch, hpa())).violations).toHaveLength(1);
  });

  it("says what to do", async () => {
    const { violations } = await judgeResources(workload({ replicas: 3 }), scaledObject());
    expect(violations[0]).toContain("Leave spec.replicas out");
  });

  it.each([
    ["the number", [workload({ replicas: UNKNOWN }), hpa()], "Deployment ai-agents/agent .spec.replicas"],
    [
      "the target's name",
      [workload({ replicas: 3 }), hpa({ name: UNKNOWN })],
      "HorizontalPodAutoscaler ai-agents/agent-hpa .spec.scaleTargetRef.name",
    ],
    [
      "the second target's name",
      [workload(), hpa(), scaledObject({ name: UNKNOWN })],
      "ScaledObject ai-agents/agent-scaler .spec.scaleTargetRef.name",
    ],
  ])("leaves a workload undecided while %s is not known", async (_, resources, place) => {
    const { violations, undecided } = await judgeResources(...resources);
    expect(violations).toEqual([]);
    expect(undecided).toContain(place);
  });

  it("needs no value that could make one writer only", async () => {
    expect(await judgeResources(workload(), hpa({ name: UNKNOWN }))).toEqual({
      violations: [],
      undecided: undefined,
    });
  });
});
