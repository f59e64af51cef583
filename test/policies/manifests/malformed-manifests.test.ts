import { describe, expect, it } from "vitest";
import { POLICIES } from "../../../policies/policies.ts";
import { judge, UNKNOWN } from "../judge.ts";
import { deployment } from "../workloads.ts";

const RESOURCE_POLICIES = POLICIES.filter(({ sdk }) => "validateResource" in sdk);
const POD_POLICIES = RESOURCE_POLICIES.filter(({ name }) => /^(?:pod|container)-/.test(name));

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
    ["the containers", deployment({ containers: UNKNOWN })],
    ["one container", deployment({ containers: [UNKNOWN] })],
  ])("neither passes nor refuses a workload while %s is not known", async (_, object) => {
    const { violations, undecided } = await judge(policy, object);
    expect(violations).toEqual([]);
    expect(undecided).toContain("not known before the update");
  });
});

describe.each(RESOURCE_POLICIES)("$name", (policy) => {
  it.each([
    ["no spec", { apiVersion: "apps/v1", kind: "Deployment" }],
    ["a spec that is null", { apiVersion: "apps/v1", kind: "Deployment", spec: null }],
    ["a pod without containers", deployment({})],
    ["nothing but its kind", { apiVersion: "v1", kind: "Namespace" }],
  ])("has nothing to say about an object with %s", async (_, object) => {
    expect(await judge(policy, object)).toEqual({ violations: [], undecided: undefined });
  });

  it("judges ten thousand resources in bounded time", async () => {
    const object = deployment();
    const start = performance.now();
    for (let index = 0; index < 10_000; index++) await judge(policy, object);
    expect(performance.now() - start).toBeLessThan(20_000);
  }, 30_000);

  it("judges an object of five megabytes in bounded time", async () => {
    const data = Object.fromEntries(
      Array.from({ length: 50_000 }, (_, index) => [`key-${index}`, "x".repeat(100)]),
    );
    const start = performance.now();
    await judge(policy, { apiVersion: "v1", kind: "ConfigMap", metadata: { name: "large" }, data });
    expect(performance.now() - start).toBeLessThan(10_000);
  }, 30_000);
});
