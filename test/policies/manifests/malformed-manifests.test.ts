import { describe, expect, it } from "vitest";
import { POLICIES } from "../../../policies/policies.ts";
import { judge, UNKNOWN } from "../judge.ts";
import { deployment } from "../workloads.ts";

const RESOURCE_POLICIES = POLICIES.filter(({ sdk }) => "validateResource" in sdk);
/** Policies that find containers by themselves, and those that find pods. */
const CONTAINER_POLICIES = RESOURCE_POLICIES.filter((policy) => "lists" in policy);
const POD_POLICIES = RESOURCE_POLICIES.filter(
  (policy) =>
    "lists" in policy || ("kinds" in policy && (policy.kinds as readonly string[]).includes("Deployment")),
);

describe.each(POD_POLICIES)("$name", (policy) => {
  it.each([
    ["containers that are an object", { containers: { main: {} } }],
    ["containers that are a text", { containers: "main" }],
    ["a container that is a text", { containers: ["main"] }],
    ["a pod spec that is a text", "not an object"],
  ])("refuses %s as a whole, because nothing can be said about it", async (_, podSpec) => {
    await expect(judge(policy, deployment(podSpec as object))).rejects.toThrow(
      `policy ${policy.name} could not judge`,
    );
  });

  it.each([
    ["the spec", { apiVersion: "apps/v1", kind: "Deployment", spec: UNKNOWN }],
    ["the pod template", { apiVersion: "apps/v1", kind: "Deployment", spec: { template: UNKNOWN } }],
  ])("neither passes nor refuses a workload while %s is not known", async (_, object) => {
    const { violations, undecided } = await judge(policy, object);
    expect(violations).toEqual([]);
    expect(undecided).toContain("not known before the update");
  });
});

describe.each(CONTAINER_POLICIES)("$name", (policy) => {
  it.each([
    ["the containers", deployment({ containers: UNKNOWN })],
    ["one container", deployment({ containers: [UNKNOWN] })],
  ])("neither passes nor refuses a workload while %s are not known", async (_, object) => {
    const { violations, undecided } = await judge(policy, object);
    expect(violations).toEqual([]);
    expect(undecided).toContain("not known before the update");
  });

  it.each([
    ["no spec", { apiVersion: "apps/v1", kind: "Deployment" }],
    ["a spec that is null", { apiVersion: "apps/v1", kind: "Deployment", spec: null }],
    ["a pod without containers", deployment({})],
  ])("has nothing to say about a workload with %s", async (_, object) => {
    expect(await judge(policy, object)).toEqual({ violations: [], undecided: undefined });
  });
});

describe.each(RESOURCE_POLICIES)("$name", (policy) => {
  it.each([
    ["a workload without spec", { apiVersion: "apps/v1", kind: "Deployment" }],
    ["a workload whose spec is null", { apiVersion: "apps/v1", kind: "Deployment", spec: null }],
    ["a pod without containers", deployment({})],
    ["an object with nothing but its kind", { apiVersion: "v1", kind: "Namespace" }],
  ])("judges %s and leaves nothing open", async (_, object) => {
    expect((await judge(policy, object)).undecided).toBeUndefined();
  });
});
