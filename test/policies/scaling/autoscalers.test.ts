import { describe, expect, it } from "vitest";
import { type Placed, Stack } from "../../../policies/manifests/stack.ts";
import { Autoscalers } from "../../../policies/scaling/autoscalers.ts";
import { type PolicyResource, resourceOf, UNKNOWN } from "../judge.ts";

const workload = (metadata: object = {}, kind = "Deployment", region = "region-a") =>
  resourceOf(
    {
      apiVersion: "apps/v1",
      kind,
      metadata: { name: "agent", namespace: "ai-agents", ...metadata },
      spec: {},
    },
    { region },
  );
const hpa = (target: object = {}, metadata: object = {}, region = "region-a") =>
  resourceOf(
    {
      apiVersion: "autoscaling/v2",
      kind: "HorizontalPodAutoscaler",
      metadata: { name: "agent-hpa", namespace: "ai-agents", ...metadata },
      spec: { scaleTargetRef: { kind: "Deployment", name: "agent", ...target } },
    },
    { region },
  );

/** The autoscalers of a stack, and the first of its workloads. */
function stackOf(...resources: PolicyResource[]): { autoscalers: Autoscalers; subject: Placed } {
  const stack = new Stack(resources);
  const [subject] = stack.ofKind("Deployment", "StatefulSet");
  if (subject === undefined) throw new Error("the stack has no workload");
  return { autoscalers: new Autoscalers(stack), subject };
}

/** What is found for the workload: how many scale it, and which values would have to be known. */
function findingsOf(...resources: PolicyResource[]): { count: number; unknown: string[] } {
  const { autoscalers, subject } = stackOf(...resources);
  const scaledBy = autoscalers.of(subject);
  return { count: scaledBy.autoscalers.length, unknown: scaledBy.unknown.map(({ field }) => field.path) };
}

describe("Autoscalers", () => {
  it("find those that scale a workload, whatever their number", () => {
    expect(findingsOf(workload(), hpa(), hpa({}, { name: "second" }), hpa({ name: "other" }))).toEqual({
      count: 2,
      unknown: [],
    });
  });

  it.each([
    ["name, in another namespace", workload({ name: UNKNOWN }), hpa({}, { namespace: "other" })],
    ["name, of another kind", workload({ name: UNKNOWN }), hpa({ kind: "StatefulSet" })],
    ["name, in another cluster", workload({ name: UNKNOWN }), hpa({}, {}, "region-b")],
    ["namespace, of another name", workload({ namespace: UNKNOWN }), hpa({ name: "other" })],
    ["autoscaler's kind, of another name", workload(), hpa({ kind: UNKNOWN, name: "other" })],
    ["autoscaler's kind, in another namespace", workload(), hpa({ kind: UNKNOWN }, { namespace: "other" })],
    ["autoscaler's namespace, of another kind", workload(), hpa({ kind: "Rollout" }, { namespace: UNKNOWN })],
  ])("are not in doubt for an unknown %s", (_, subject, autoscaler) => {
    expect(findingsOf(subject, autoscaler)).toEqual({ count: 0, unknown: [] });
  });

  it.each([
    ["workload's name", workload({ name: UNKNOWN }), hpa(), ".metadata.name"],
    ["workload's namespace", workload({ namespace: UNKNOWN }), hpa(), ".metadata.namespace"],
    ["target's kind", workload({}, "StatefulSet"), hpa({ kind: UNKNOWN }), ".spec.scaleTargetRef.kind"],
    ["target's name", workload(), hpa({ name: UNKNOWN }), ".spec.scaleTargetRef.name"],
    ["autoscaler's namespace", workload(), hpa({}, { namespace: UNKNOWN }), ".metadata.namespace"],
  ])("are in doubt while the %s is not known", (_, subject, autoscaler, path) => {
    expect(findingsOf(subject, autoscaler)).toEqual({ count: 0, unknown: [path] });
  });

  it("do not look at those of other workloads", () => {
    let reads = 0;
    const counted = { name: "other", kind: "Deployment" };
    const target = new Proxy(counted, {
      get: (object, key) => {
        reads++;
        return Reflect.get(object, key);
      },
    });
    const other = {
      ...hpa(),
      props: { metadata: { namespace: "ai-agents" }, spec: { scaleTargetRef: target } },
    };
    const { autoscalers, subject } = stackOf(workload(), hpa(), other);
    expect(reads).toBeGreaterThan(0);
    reads = 0;
    expect(autoscalers.of(subject).autoscalers).toHaveLength(1);
    expect(reads).toBe(0);
  });
});
