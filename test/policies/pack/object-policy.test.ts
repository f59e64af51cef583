import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import { violation } from "../../../policies/pack/finding.ts";
import { objectPolicy } from "../../../policies/pack/object-policy.ts";
import { judge, remediate, UNKNOWN } from "../judge.ts";
import { deployment } from "../workloads.ts";
import { exceptionFrom, judgePresence } from "./subjects.ts";

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

const NAME = "object-disallow-replicas";
const replicas = objectPolicy({
  ...FACTS,
  name: NAME,
  description: "No replicas.",
  parameters: {},
  kinds: ["Deployment", "StatefulSet"],
  judge: ({ root }) => judgePresence(root.at("spec", "replicas")),
  remediate: ({ root }) => {
    const spec = root.at("spec");
    if (spec.at("replicas").missing) return false;
    (spec.value as Record<string, unknown>)["replicas"] = null;
    return true;
  },
});

function scaled(kind: string, annotations: object = {}, count: unknown = 2) {
  return { apiVersion: "apps/v1", kind, metadata: { name: kind, annotations }, spec: { replicas: count } };
}

const listOf = (...items: readonly object[]) => ({ apiVersion: "v1", kind: "List", items });

describe("a policy over objects of some kinds", () => {
  it.each(["Deployment", "StatefulSet"])("judges a %s", async (kind) => {
    expect((await judge(replicas, scaled(kind))).violations).toHaveLength(1);
  });

  it("says nothing about others, not even what it could not read", async () => {
    expect(await judge(replicas, scaled("Rollout"))).toEqual({ violations: [], undecided: undefined });
    expect(await judge(replicas, scaled("Rollout", {}, UNKNOWN))).toEqual({
      violations: [],
      undecided: undefined,
    });
  });

  it("reports what is wrong beside what is not known yet", async () => {
    const { violations, undecided } = await judge(
      replicas,
      listOf(scaled("Deployment", {}, UNKNOWN), scaled("StatefulSet")),
    );
    expect(violations).toEqual([expect.stringContaining(".items[1].spec.replicas: got 2.")]);
    expect(undecided).toContain("not known before the update: .items[0].spec.replicas;");
  });

  it("repairs what it looks at and nothing else", async () => {
    const list = listOf(scaled("Rollout"), scaled("Deployment"), scaled("StatefulSet", {}, null));
    expect(await remediate(replicas, list)).toEqual(
      listOf(scaled("Rollout"), scaled("Deployment", {}, null), scaled("StatefulSet", {}, null)),
    );
    expect(await remediate(replicas, scaled("Rollout"))).toBeUndefined();
  });

  it("offers a repair only where it has one", () => {
    const facts = { ...FACTS, name: NAME, description: "No replicas.", parameters: {}, judge: () => [] };
    const repairing = objectPolicy({ ...facts, remediate: () => false });
    expect(repairing.remediates).toBe(true);
    expect(repairing.sdk).toHaveProperty("remediateResource", expect.any(Function));
    expect(objectPolicy(facts).remediates).toBe(false);
    expect(objectPolicy(facts).sdk).not.toHaveProperty("remediateResource");
  });
});

describe("exceptions from a policy over objects", () => {
  beforeEach(() => {
    vi.useFakeTimers({ toFake: ["Date"], now: new Date("2027-03-01T12:00:00Z") });
  });
  afterEach(() => {
    vi.useRealTimers();
  });

  it.each([
    ["hold for the policy that they name", exceptionFrom(NAME, "2027-03-01"), 0],
    ["hold for no other", exceptionFrom(`${NAME}-x`, "2027-03-01"), 1],
    ["end with their last day", exceptionFrom(NAME, "2027-02-28"), 1],
    ["hold not at all where they are malformed", { [`policy-exception/${NAME}`]: "yes" }, 1],
  ])("%s", async (_, annotations, count) => {
    const object = scaled("Deployment", annotations);
    expect((await judge(replicas, object)).violations).toHaveLength(count);
    expect((await judge(replicas, listOf(object))).violations).toHaveLength(count);
    expect(await remediate(replicas, object)).toEqual(
      count === 0 ? undefined : scaled("Deployment", annotations, null),
    );
  });

  it("hold for their item of a List alone", async () => {
    const list = listOf(scaled("Deployment", exceptionFrom(NAME, "2027-03-01")), scaled("Deployment"));
    expect((await judge(replicas, list)).violations).toEqual([expect.stringContaining("items[1]")]);
  });

  it("hold for no item where the List has them", async () => {
    const metadata = { annotations: exceptionFrom(NAME, "2027-03-01") };
    const list = { ...listOf(scaled("Deployment")), metadata };
    expect((await judge(replicas, list)).violations).toHaveLength(1);
  });

  it("hold not where a pod template has them in the place of its workload", async () => {
    const { violations } = await judge(
      refuseAll,
      deployment({}, exceptionFrom("object-disallow-all", "2027-03-01")),
    );
    expect(violations).toHaveLength(1);
  });
});

describe("fault 29: a policy over objects fails closed and names the resource", () => {
  const URN = "urn:pulumi:test::claude-agents::kubernetes:apps/v1:Deployment::region-a-subject";

  it("when its judge throws", async () => {
    await expect(judge(failing, deployment())).rejects.toThrow(
      `policy object-disallow-failure could not judge ${URN} and therefore refuses it: x is not a function`,
    );
  });

  it("when its repair throws", async () => {
    const broken = objectPolicy({
      ...FACTS,
      name: "object-disallow-failure",
      description: "Never finishes.",
      parameters: {},
      judge: () => [],
      remediate: () => {
        throw new TypeError("x is not a function");
      },
    });
    await expect(remediate(broken, deployment())).rejects.toThrow(
      `policy object-disallow-failure could not judge ${URN} and therefore refuses it: x is not a function`,
    );
  });

  it("but leaves open what it stumbles over because it is not known yet", async () => {
    const careless = objectPolicy({
      ...FACTS,
      name: "object-disallow-careless",
      description: "Reads without asking.",
      parameters: {},
      judge: ({ root }) => [violation(root, JSON.stringify(root.at("spec").value), "Remove it.")],
    });
    const { violations, undecided } = await judge(careless, deployment({ hostname: UNKNOWN }));
    expect(violations).toEqual([]);
    expect(undecided).toContain("not known before the update: .spec.template.spec.hostname; the update");
  });

  it("when an item of a List has no kind", async () => {
    const list = { apiVersion: "v1", kind: "List", items: [{ metadata: { name: "subject" } }] };
    await expect(judge(refuseAll, list)).rejects.toThrow(".items[0]: the object has no kind");
  });
});
