import { describe, expect, it } from "vitest";
import { violation } from "../../../policies/pack/finding.ts";
import { objectPolicy } from "../../../policies/pack/object-policy.ts";
import { judge, UNKNOWN } from "../judge.ts";
import { deployment } from "../workloads.ts";

interface Config {
  readonly word: string;
}

/** Refuses everything, and tells what it was given. */
const FACTS = {
  severity: "low",
  controls: [],
  reason: "Tests need one.",
  remedy: "Remove it.",
  examples: { pass: [], fail: [] },
} as const;

const refuseAll = objectPolicy<Config>({
  ...FACTS,
  name: "object-disallow-all",
  description: "Nothing is allowed.",
  parameters: { word: { type: "string", default: "default", description: "A word." } },
  judge: ({ kind, root }, { word }) => [violation(root.at("spec"), `${word} kind=${kind}.`, "Remove it.")],
});

const failing = objectPolicy({
  ...FACTS,
  name: "object-disallow-failure",
  description: "Never finishes.",
  parameters: {},
  judge: () => {
    throw new TypeError("x is not a function");
  },
});

describe("a policy over objects", () => {
  it("is mandatory unless the configuration says otherwise", () => {
    expect(refuseAll.sdk.enforcementLevel).toBe("mandatory");
  });

  it("names the object, the place, the reason and the remedy", async () => {
    expect((await judge(refuseAll, deployment())).violations).toEqual([
      "Deployment ai-agents/subject, at .spec: default kind=Deployment. Remove it.",
    ]);
  });

  it("passes the configuration on, over its defaults", async () => {
    const { violations } = await judge(refuseAll, deployment(), { config: { word: "configured" } });
    expect(violations[0]).toContain("configured kind");
  });

  it.each([
    ["its declared kind", deployment(), "kubernetes:apps/v1:Deployment", "kind=Deployment"],
    [
      "the type where it declares no kind",
      { spec: {} },
      "kubernetes:apps/v1:StatefulSet",
      "kind=StatefulSet",
    ],
    ["the patched kind", { spec: {} }, "kubernetes:apps/v1:DaemonSetPatch", "kind=DaemonSet"],
  ])("takes an object for %s", async (_, object, type, expected) => {
    expect((await judge(refuseAll, object, { type })).violations).toEqual([
      expect.stringContaining(expected),
    ]);
  });

  it("judges every item of a List in a List", async () => {
    const inner = { apiVersion: "v1", kind: "List", items: [deployment(), deployment()] };
    const list = { apiVersion: "v1", kind: "List", items: [inner, deployment()] };
    expect((await judge(refuseAll, list)).violations).toHaveLength(3);
  });

  it.each([
    "pulumi:providers:kubernetes",
    "aws:s3/bucket:Bucket",
    "random:index/randomPassword:RandomPassword",
  ])("says nothing about a resource of type %s", async (type) => {
    expect(await judge(refuseAll, { spec: {} }, { type })).toEqual({ violations: [], undecided: undefined });
  });

  it.each([
    ["the items of a List", { apiVersion: "v1", kind: "List", items: UNKNOWN }, ".items"],
    ["an item of a List", { apiVersion: "v1", kind: "List", items: [UNKNOWN] }, ".items[0]"],
    ["the kind of an item", { apiVersion: "v1", kind: "List", items: [{ kind: UNKNOWN }] }, ".items[0].kind"],
  ])("is undecided while %s is not known", async (_, object, path) => {
    const { violations, undecided } = await judge(refuseAll, object);
    expect(violations).toEqual([]);
    expect(undecided).toContain(path);
  });
});

describe("a policy over objects fails closed and names the resource", () => {
  const URN = "urn:pulumi:test::claude-agents::kubernetes:apps/v1:Deployment::region-a-subject";

  it("when its judge throws", async () => {
    await expect(judge(failing, deployment())).rejects.toThrow(
      `policy object-disallow-failure could not judge ${URN} and therefore refuses it: x is not a function`,
    );
  });

  it("when an item of a List has no kind", async () => {
    const list = { apiVersion: "v1", kind: "List", items: [{ metadata: { name: "subject" } }] };
    await expect(judge(refuseAll, list)).rejects.toThrow(".items[0]: the object has no kind");
  });
});
