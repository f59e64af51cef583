import { describe, expect, it } from "vitest";
import { stackRequireAutoscaler } from "../../../policies/scaling/stack-require-autoscaler.ts";
import { judgeStack, type PolicyResource, resourceOf, UNKNOWN } from "../judge.ts";

interface Place {
  readonly region?: string;
  readonly namespace?: string | undefined;
}

function workload(
  kind = "Deployment",
  { region = "region-a", namespace = "ai-agents" }: Place = {},
): PolicyResource {
  const apiVersion = kind === "Rollout" ? "argoproj.io/v1alpha1" : "apps/v1";
  return resourceOf(
    { apiVersion, kind, metadata: { name: "agent", namespace }, spec: { template: {} } },
    { region },
  );
}

function hpa(
  target: object = {},
  { region = "region-a", namespace = "ai-agents" }: Place = {},
): PolicyResource {
  const scaleTargetRef = { apiVersion: "apps/v1", kind: "Deployment", name: "agent", ...target };
  const metadata = { name: "agent-hpa", namespace };
  const object = {
    apiVersion: "autoscaling/v2",
    kind: "HorizontalPodAutoscaler",
    metadata,
    spec: { scaleTargetRef },
  };
  return resourceOf(object, { region });
}

function scaledObject(scaleTargetRef: object): PolicyResource {
  const metadata = { name: "agent-scaler", namespace: "ai-agents" };
  return resourceOf({
    apiVersion: "keda.sh/v1alpha1",
    kind: "ScaledObject",
    metadata,
    spec: { scaleTargetRef },
  });
}

const judgeResources = (...resources: PolicyResource[]) => judgeStack(stackRequireAutoscaler, resources);

describe("stack-require-autoscaler", () => {
  it("allows a workload without replicas that an autoscaler of its region and namespace scales", async () => {
    expect(await judgeResources(workload(), hpa())).toEqual({ violations: [], undecided: undefined });
  });

  it.each(["Deployment", "StatefulSet", "Rollout"])(
    "allows a %s scaled by an autoscaler of its kind",
    async (kind) => {
      expect((await judgeResources(workload(kind), hpa({ kind }))).violations).toEqual([]);
    },
  );

  it.each(["Deployment", "StatefulSet", "Rollout", "ReplicaSet"])(
    "refuses a %s that nothing scales",
    async (kind) => {
      const resource = workload(kind);
      const { violations } = await judgeResources(resource);
      expect(violations).toEqual([
        expect.stringContaining(
          `${kind} ai-agents/agent: it leaves spec.replicas out, and nothing in the stack scales it`,
        ),
      ]);
      expect(violations[0]).toContain(`${resource.urn}: `);
    },
  );

  it("takes the kind Deployment where a ScaledObject names none", async () => {
    expect((await judgeResources(workload(), scaledObject({ name: "agent" }))).violations).toEqual([]);
  });

  it.each([
    ["names another workload", hpa({ name: "other" })],
    ["names another kind", hpa({ kind: "StatefulSet" })],
    ["stands in another namespace", hpa({}, { namespace: "other" })],
    ["stands in another region", hpa({}, { region: "region-b" })],
    ["names no workload", hpa({ name: undefined })],
  ])("refuses a workload whose autoscaler %s", async (_, autoscaler) => {
    expect((await judgeResources(workload(), autoscaler)).violations).toHaveLength(1);
  });

  it("judges the regions apart", async () => {
    const { violations } = await judgeResources(
      workload(),
      hpa(),
      workload("Deployment", { region: "region-b" }),
    );
    expect(violations).toEqual([expect.stringContaining("region-b-agent")]);
  });

  it("finds a workload and its autoscaler inside a List", async () => {
    const items = [workload(), hpa()].map(({ props }) => props);
    const list = resourceOf({ apiVersion: "v1", kind: "List", items });
    expect((await judgeResources(list)).violations).toEqual([]);
  });

  it("leaves workloads that state replicas to the other policy", async () => {
    const fixed = resourceOf({
      apiVersion: "apps/v1",
      kind: "Deployment",
      metadata: { name: "x" },
      spec: { replicas: 1 },
    });
    expect((await judgeResources(fixed)).violations).toEqual([]);
  });

  it.each([
    ["the target's name", hpa({ name: UNKNOWN }), "ai-agents/agent-hpa .spec.scaleTargetRef.name"],
    ["the target's kind", hpa({ kind: UNKNOWN }), "ai-agents/agent-hpa .spec.scaleTargetRef.kind"],
    ["the whole target", scaledObject({ name: UNKNOWN }), "ai-agents/agent-scaler .spec.scaleTargetRef.name"],
    [
      "the namespace",
      hpa({}, { namespace: UNKNOWN }),
      "HorizontalPodAutoscaler agent-hpa .metadata.namespace",
    ],
  ])("is undecided and names the value while %s is not known", async (_, autoscaler, place) => {
    const { violations, undecided } = await judgeResources(workload(), autoscaler);
    expect(violations).toEqual([]);
    expect(undecided).toContain(place);
  });

  it("is undecided while the workload's own name or namespace is not known", async () => {
    for (const metadata of [
      { name: UNKNOWN, namespace: "ai-agents" },
      { name: "agent", namespace: UNKNOWN },
    ]) {
      const own = resourceOf({ apiVersion: "apps/v1", kind: "Deployment", metadata, spec: {} });
      const { violations, undecided } = await judgeResources(own, hpa());
      expect(violations).toEqual([]);
      expect(undecided).toContain(" .metadata.name");
    }
  });

  it.each([
    [".spec.replicas", { replicas: UNKNOWN }],
    [".spec", UNKNOWN],
  ])("is undecided while %s is not known and nothing scales the workload", async (place, spec) => {
    const metadata = { name: "agent", namespace: "ai-agents" };
    const own = resourceOf({ apiVersion: "apps/v1", kind: "Deployment", metadata, spec });
    const { violations, undecided } = await judgeResources(own);
    expect(violations).toEqual([]);
    expect(undecided).toContain(`Deployment ai-agents/agent ${place};`);
    expect(await judgeResources(own, hpa())).toEqual({ violations: [], undecided: undefined });
  });

  it("is not put in doubt by an unknown autoscaler of another region", async () => {
    const autoscaler = hpa({ name: UNKNOWN }, { region: "region-b" });
    expect((await judgeResources(workload(), autoscaler)).violations).toHaveLength(1);
  });
});
