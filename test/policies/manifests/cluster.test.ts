import { describe, expect, it } from "vitest";
import { Stack } from "../../../policies/manifests/stack.ts";
import { type PolicyResource, resourceOf, UNKNOWN } from "../judge.ts";
import { networkPolicy, resourceIn } from "../network/network-policies.ts";

/** @throws Error where the resource holds anything else than one object */
function identityOf(resource: PolicyResource): string {
  const [placed, ...others] = new Stack([resource]).objects;
  if (placed === undefined || others.length > 0) throw new Error("expected one object");
  return placed.cluster;
}
const clusterBy = (region: string, settings: object) =>
  identityOf(resourceIn(networkPolicy({}), region, settings));

describe("the cluster of an object", () => {
  it.each([
    ["one context", { context: "prod-eu" }, { context: "prod-eu" }, true],
    ["two contexts", { context: "prod-eu" }, { context: "prod-us" }, false],
    ["a context and nothing", { context: "prod-eu" }, {}, false],
    ["nothing", {}, {}, false],
    ["nothing, by nulls", { context: null }, { context: null }, false],
    ["one kubeconfig without context", { kubeconfig: "a" }, { kubeconfig: "a" }, true],
    [
      "one context of one file",
      { kubeconfig: "a", context: "default" },
      { context: "default", kubeconfig: "a" },
      true,
    ],
    [
      "one context of two files",
      { kubeconfig: "a", context: "default" },
      { kubeconfig: "b", context: "default" },
      false,
    ],
    ["two clusters for one context", { context: "a", cluster: "b" }, { context: "a", cluster: "c" }, false],
    ["a setting left out or null", { context: "a", cluster: null }, { context: "a" }, true],
    ["a setting that does not matter", { context: "a", namespace: "x" }, { context: "a" }, true],
  ])("compares two providers of %s", (_, left, right, isOne) => {
    expect(clusterBy("region-a", left) === clusterBy("region-b", right)).toBe(isOne);
    expect(clusterBy("region-a", left)).toBe(clusterBy("region-a", left));
  });

  it.each([
    ["context", { context: UNKNOWN }],
    ["kubeconfig", { context: "a", kubeconfig: UNKNOWN }],
    ["cluster", { context: "a", cluster: UNKNOWN }],
  ])("tells providers apart while their %s is not known", (_, settings) => {
    const [left, right] = ["region-a", "region-b"].map((region) => identityOf(withUnknown(region, settings)));
    expect(left).not.toBe(right);
    expect(left).toContain("region-a");
  });

  it("is read once of a provider, however many objects it makes", () => {
    let reads = 0;
    const props = {
      get context() {
        reads += 1;
        return "prod-eu";
      },
    };
    const resources = ["one", "two"].map((name) => {
      const { provider, ...others } = resourceOf({ apiVersion: "v1", kind: "ConfigMap", metadata: { name } });
      return provider === undefined ? others : { ...others, provider: { ...provider, props } };
    });
    expect(new Stack(resources).objects.map(({ cluster }) => cluster)).toEqual(
      Array(2).fill(expect.stringContaining("prod-eu")),
    );
    expect(reads).toBe(1);
  });

  it("takes resources without provider for those of one cluster", () => {
    const { provider: _, ...resource } = resourceOf(networkPolicy({}));
    expect(identityOf(resource)).toBe("");
  });
});

/** Settings whose unknown values throw, as those of the SDK do. */
function withUnknown(region: string, settings: object): PolicyResource {
  const { props } = resourceOf({ apiVersion: "v1", kind: "ConfigMap", metadata: { name: "a" }, ...settings });
  const resource = resourceIn(networkPolicy({}), region, {});
  if (resource.provider === undefined) throw new Error("the resource has no provider");
  return { ...resource, provider: { ...resource.provider, props } };
}
