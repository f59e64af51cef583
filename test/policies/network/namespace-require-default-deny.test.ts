import { describe, expect, it } from "vitest";
import { namespaceRequireDefaultDeny } from "../../../policies/network/namespace-require-default-deny.ts";
import { judgeStack, type KubernetesObject, type PolicyResource, resourceOf, UNKNOWN } from "../judge.ts";
import { WORKLOAD_KINDS } from "../workloads.ts";
import { networkPolicy, resourceIn } from "./network-policies.ts";

const PASSED = { violations: [], undecided: undefined };
const judgeAll = (...objects: (KubernetesObject | PolicyResource)[]) =>
  judgeStack(
    namespaceRequireDefaultDeny,
    objects.map((object) => ("urn" in object ? (object as PolicyResource) : resourceOf(object))),
  );

const namespace = (name: unknown = "ai-agents") => ({
  apiVersion: "v1",
  kind: "Namespace",
  metadata: { name },
});
const workload = (place: unknown, name = "agent") => ({
  apiVersion: "apps/v1",
  kind: "Deployment",
  metadata: { name, namespace: place },
  spec: { template: {} },
});
const database = (apiVersion: unknown) => ({
  apiVersion,
  kind: "Cluster",
  metadata: { name: "db", namespace: "ai-agents" },
  spec: {},
});
const deny = (spec: object = {}, metadata: object = {}) => networkPolicy(spec, metadata);

describe("namespace-require-default-deny", () => {
  it.each([
    ["one policy", [deny()]],
    ["a policy with empty rules", [deny({ ingress: [], egress: null })]],
    ["one for each direction", [deny({ policyTypes: ["Ingress"] }), deny({ policyTypes: ["Egress"] })]],
    [
      "one without types for ingress, and one for egress",
      [deny({ policyTypes: null }), deny({ policyTypes: ["Egress"] })],
    ],
    ["a selector that is missing", [deny({ podSelector: null })]],
    ["a selector whose parts are empty", [deny({ podSelector: { matchLabels: {}, matchExpressions: [] } })]],
    ["a selector whose label is null", [deny({ podSelector: { matchLabels: { app: null } } })]],
    ["a policy beside others", [deny({ egress: [{}] }), deny()]],
    [
      "one that allows in one direction, beside one that closes it",
      [deny({ egress: [{}] }), deny({ policyTypes: ["Egress"] })],
    ],
  ])("allows a Namespace that is closed by %s", async (_, policies) => {
    expect(await judgeAll(namespace(), ...policies)).toEqual(PASSED);
  });

  it.each([
    ["no policy", [], "Ingress and Egress"],
    ["ingress alone", [deny({ policyTypes: ["Ingress"] })], "Egress"],
    ["egress alone", [deny({ policyTypes: ["Egress"] })], "Ingress"],
    ["no types, which means ingress alone", [deny({ policyTypes: null })], "Egress"],
    ["empty types, which means the same", [deny({ policyTypes: [] })], "Egress"],
    [
      "no types and rules, which mean both directions and open one",
      [deny({ policyTypes: undefined, egress: [{ to: [{ podSelector: {} }] }] })],
      "Egress",
    ],
    ["types in another spelling", [deny({ policyTypes: ["ingress", "egress"] })], "Ingress and Egress"],
    ["some pods by label", [deny({ podSelector: { matchLabels: { app: "a" } } })], "Ingress and Egress"],
    [
      "some pods by expression",
      [deny({ podSelector: { matchExpressions: [{ key: "a", operator: "Exists" }] } })],
      "Ingress and Egress",
    ],
    ["a rule of ingress", [deny({ ingress: [{}] })], "Ingress"],
    ["a rule of egress", [deny({ egress: [{}] })], "Egress"],
    ["a policy of another namespace", [deny({}, { namespace: "other" })], "Ingress and Egress"],
    ["a policy of the namespace default", [deny({}, { namespace: null })], "Ingress and Egress"],
  ])("refuses a Namespace with %s", async (_, policies, open) => {
    const { violations } = await judgeAll(namespace(), ...policies);
    expect(violations).toEqual([
      expect.stringContaining(
        `Namespace ai-agents: no NetworkPolicy for all pods of its namespace closes ${open}. Add a NetworkPolicy`,
      ),
    ]);
  });

  it.each(WORKLOAD_KINDS)("refuses an open namespace in which the stack puts a $kind", async ({ build }) => {
    expect((await judgeAll(build({}))).violations).toHaveLength(1);
    expect(await judgeAll(build({}), deny())).toEqual(PASSED);
  });

  it("refuses an open namespace with a database of CloudNativePG", async () => {
    expect((await judgeAll(database("postgresql.cnpg.io/v1"))).violations).toHaveLength(1);
    expect((await judgeAll(database(UNKNOWN))).violations).toHaveLength(1);
    expect(await judgeAll(database("cluster.x-k8s.io/v1beta1"))).toEqual(PASSED);
    expect(await judgeAll(database(undefined))).toEqual(PASSED);
  });

  it("reports each namespace once, at the Namespace where the stack has it", async () => {
    const { violations } = await judgeAll(workload("ai-agents"), workload("ai-agents", "b"), namespace());
    expect(violations).toEqual([expect.stringContaining(": Namespace ai-agents: no NetworkPolicy")]);
    expect((await judgeAll(workload("tools"), workload("tools", "b"))).violations).toEqual([
      expect.stringContaining(": Deployment tools/agent: no NetworkPolicy"),
    ]);
  });

  it("takes a workload without namespace for one of default", async () => {
    expect((await judgeAll(workload(undefined))).violations).toHaveLength(1);
    expect(await judgeAll(workload(undefined), deny({}, { namespace: "default" }))).toEqual(PASSED);
  });

  it("finds policies in Lists", async () => {
    const list = { apiVersion: "v1", kind: "List", items: [namespace(), deny()] };
    expect(await judgeAll(list)).toEqual(PASSED);
    const { apiVersion: _, kind: __, ...item } = deny({ policyTypes: ["Ingress"] });
    const typed = { apiVersion: "networking.k8s.io/v1", kind: "NetworkPolicyList", items: [item] };
    expect((await judgeAll(namespace(), typed)).violations).toEqual([
      expect.stringContaining("its namespace closes Egress."),
    ]);
  });

  it("judges every cluster by itself", async () => {
    const other = resourceOf(namespace(), { region: "region-b" });
    expect((await judgeAll(namespace(), deny(), other)).violations).toEqual([
      expect.stringContaining("region-b-ai-agents"),
    ]);
    expect(await judgeAll(namespace(), deny(), other, resourceOf(deny(), { region: "region-b" }))).toEqual(
      PASSED,
    );
  });

  it("takes two providers of one context for one cluster, and those of two for two", async () => {
    const object = resourceIn(namespace(), "region-a", { context: "prod-eu" });
    expect(await judgeAll(object, resourceIn(deny(), "extra", { context: "prod-eu" }))).toEqual(PASSED);
    expect(
      (await judgeAll(object, resourceIn(deny(), "region-b", { context: "prod-us" }))).violations,
    ).toHaveLength(1);
  });

  it("says nothing about a stack without namespaces and workloads", async () => {
    expect(await judgeAll({ apiVersion: "v1", kind: "ConfigMap", metadata: { name: "a" } })).toEqual(PASSED);
  });

  it.each([
    ["name", [namespace(UNKNOWN), deny()], "Namespace (name not known yet) .metadata.name"],
    ["workload's namespace", [workload(UNKNOWN), deny()], ".metadata.namespace"],
    [
      "policy's namespace",
      [namespace(), deny({}, { namespace: UNKNOWN })],
      "Namespace ai-agents .metadata.namespace",
    ],
    ["policy's types", [namespace(), deny({ policyTypes: UNKNOWN })], ".spec.policyTypes"],
    ["selector", [namespace(), deny({ podSelector: UNKNOWN })], ".spec.podSelector"],
    ["labels", [namespace(), deny({ podSelector: { matchLabels: UNKNOWN } })], ".matchLabels"],
    ["expressions", [namespace(), deny({ podSelector: { matchExpressions: UNKNOWN } })], ".matchExpressions"],
    ["rules", [namespace(), deny({ ingress: UNKNOWN })], ".spec.ingress"],
  ])("leaves a namespace undecided while the %s is not known", async (_, objects, path) => {
    const { violations, undecided } = await judgeAll(...objects);
    expect(violations).toEqual([]);
    expect(undecided).toContain(path);
  });

  it.each([
    ["a label's value", [deny({ podSelector: { matchLabels: { app: UNKNOWN } } })]],
    [
      "expressions beside a label",
      [deny({ podSelector: { matchLabels: { app: "a" }, matchExpressions: UNKNOWN } })],
    ],
    [
      "labels beside an expression",
      [deny({ podSelector: { matchLabels: UNKNOWN, matchExpressions: [{}] } })],
    ],
    [
      "a namespace of a policy that closes nothing",
      [deny({ policyTypes: ["Egress"], egress: [{}] }, { namespace: UNKNOWN })],
    ],
    [
      "a namespace of a policy elsewhere",
      [resourceOf(deny({}, { namespace: UNKNOWN }), { region: "region-b" })],
    ],
  ])("does not ask for %s", async (_, policies) => {
    const { violations, undecided } = await judgeAll(namespace(), ...policies);
    expect(violations).toHaveLength(1);
    expect(undecided).toBeUndefined();
  });

  it("does not ask for a policy where another closes the namespace", async () => {
    expect(await judgeAll(namespace(), deny({ podSelector: UNKNOWN }), deny())).toEqual(PASSED);
  });

  it("names every object whose namespace is not known", async () => {
    const { undecided } = await judgeAll(workload(UNKNOWN), workload(UNKNOWN, "second"), deny());
    expect(undecided).toContain(
      "Deployment agent .metadata.namespace, Deployment second .metadata.namespace;",
    );
  });

  it("does not take a Namespace without name for that of the name default", async () => {
    const generated = { apiVersion: "v1", kind: "Namespace", metadata: { generateName: "agents-" } };
    expect((await judgeAll(generated, deny({}, { namespace: "default" }))).violations).toHaveLength(1);
  });

  it("does not take a policy of an unknown namespace for one of a Namespace without name", async () => {
    const { violations, undecided } = await judgeAll(
      { apiVersion: "v1", kind: "Namespace", metadata: { generateName: "agents-" } },
      deny({}, { namespace: UNKNOWN }),
    );
    expect({ violations, isOpen: undecided !== undefined }).toEqual({ violations: [], isOpen: true });
  });
});
