import { describe, expect, it } from "vitest";
import { networkPolicyRequireSubject } from "../../../policies/network/network-policy-require-subject.ts";
import { judgeStack, type KubernetesObject, type PolicyResource, resourceOf, UNKNOWN } from "../judge.ts";
import { WORKLOAD_KINDS } from "../workloads.ts";
import { networkPolicy, resourceIn } from "./network-policies.ts";

const PASSED = { violations: [], undecided: undefined };
const judgeAll = (...objects: (KubernetesObject | PolicyResource)[]) =>
  judgeStack(
    networkPolicyRequireSubject,
    objects.map((object) => ("urn" in object ? (object as PolicyResource) : resourceOf(object))),
  );

const policyFor = (podSelector: unknown, namespace: unknown = "ai-agents") =>
  networkPolicy({ podSelector }, { namespace });
const byLabels = (matchLabels: unknown, namespace?: unknown) => policyFor({ matchLabels }, namespace);
const workload = (labels: unknown, namespace: unknown = "ai-agents") => ({
  apiVersion: "apps/v1",
  kind: "Deployment",
  metadata: { name: "agent", namespace, labels: { app: "object" } },
  spec: { template: { metadata: { labels } } },
});
const database = (
  changes: object = {},
  spec: unknown = { inheritedMetadata: { labels: { app: "db" } } },
) => ({
  apiVersion: "postgresql.cnpg.io/v1",
  kind: "Cluster",
  metadata: { name: "db", namespace: "ai-agents" },
  spec,
  ...changes,
});

const job = (name: unknown, labels: unknown = { app: "migration" }) => ({
  apiVersion: "batch/v1",
  kind: "Job",
  metadata: { name, namespace: "ai-agents" },
  spec: { template: { metadata: { labels } } },
});

describe("network-policy-require-subject", () => {
  it.each(WORKLOAD_KINDS)("allows a policy that selects the pods of a $kind", async ({ build }) => {
    const object = build({});
    // A Pod has its labels on itself.
    const labelled = {
      ...object,
      metadata: { ...(object["metadata"] as object), labels: { app: "subject" } },
    };
    expect(await judgeAll(byLabels({ app: "subject" }), labelled)).toEqual(PASSED);
  });

  it.each([
    ["every pod, though there is none", [policyFor({})]],
    ["every pod, by a selector that is missing", [policyFor(null)]],
    ["every pod, by empty labels", [byLabels({})]],
    [
      "the pods of one workload of two",
      [byLabels({ app: "b" }), workload({ app: "a" }), workload({ app: "b" })],
    ],
    [
      "pods by an expression",
      [
        policyFor({ matchExpressions: [{ key: "app", operator: "In", values: ["a", "b"] }] }),
        workload({ app: "b" }),
      ],
    ],
    ["the operator's label of a database", [byLabels({ "cnpg.io/cluster": "db" }), database()]],
    ["a label that a database hands down", [byLabels({ app: "db" }), database()]],
    ["both", [byLabels({ app: "db", "cnpg.io/cluster": "db" }), database()]],
    [
      "the label of a database that hands none down",
      [byLabels({ "cnpg.io/cluster": "db" }), database({}, {})],
    ],
  ])("allows a policy that selects %s", async (_, objects) => {
    expect(await judgeAll(...objects)).toEqual(PASSED);
  });

  it.each([
    ["no workload", []],
    ["a workload of other labels", [workload({ app: "other" })]],
    [
      "a workload with the labels on itself, not on its pods",
      [{ ...workload({}), metadata: { name: "x", namespace: "ai-agents", labels: { app: "a", tier: "b" } } }],
    ],
    ["two workloads that have one label each", [workload({ app: "a" }), workload({ tier: "b" })]],
    ["a workload of another namespace", [workload({ app: "a", tier: "b" }, "other")]],
    [
      "a workload of another cluster",
      [resourceOf(workload({ app: "a", tier: "b" }), { region: "region-b" })],
    ],
    ["a database of another label", [database()]],
  ])("refuses a policy beside %s", async (_, objects) => {
    const { violations } = await judgeAll(byLabels({ app: "a", tier: "b" }), ...objects);
    expect(violations).toEqual([
      expect.stringContaining(
        "NetworkPolicy ai-agents/coordinator, at .spec.podSelector: its podSelector selects the pods of no workload in its namespace. Write",
      ),
    ]);
  });

  it.each([
    ["of another name", database({ metadata: { name: "other", namespace: "ai-agents" } })],
    ["of another group", database({ apiVersion: "cluster.x-k8s.io/v1" })],
    [
      "that hands the label down with another value",
      database({}, { inheritedMetadata: { labels: { "cnpg.io/cluster": "other" } } }),
    ],
  ])("knows a database %s", async (what, object) => {
    const { violations } = await judgeAll(byLabels({ "cnpg.io/cluster": "db" }), object);
    expect(violations).toHaveLength(what.startsWith("that") ? 0 : 1);
  });

  it.each(["job-name", "batch.kubernetes.io/job-name"])(
    "knows the label %s of a Job's pods",
    async (label) => {
      expect(await judgeAll(byLabels({ [label]: "migrate" }), job("migrate"))).toEqual(PASSED);
      expect(await judgeAll(byLabels({ [label]: "migrate", app: "migration" }), job("migrate"))).toEqual(
        PASSED,
      );
      expect(await judgeAll(byLabels({ [label]: "migrate" }), job("migrate", null))).toEqual(PASSED);
      expect((await judgeAll(byLabels({ [label]: "migrate" }), job("other"))).violations).toHaveLength(1);
      expect(
        (await judgeAll(byLabels({ [label]: "migrate", app: "b" }), job("migrate"))).violations,
      ).toHaveLength(1);
      const deployment = { ...job("migrate"), apiVersion: "apps/v1", kind: "Deployment" };
      expect((await judgeAll(byLabels({ [label]: "migrate" }), deployment)).violations).toHaveLength(1);
      expect((await judgeAll(byLabels({ [label]: "migrate" }), job(UNKNOWN))).undecided).toContain(
        ".metadata.name",
      );
      expect(await judgeAll(byLabels({ app: "migration" }), job(UNKNOWN))).toEqual(PASSED);
    },
  );

  it("takes two providers of one context for one cluster", async () => {
    const policy = resourceIn(byLabels({ app: "a" }), "region-a", { context: "prod-eu" });
    expect(
      await judgeAll(policy, resourceIn(workload({ app: "a" }), "extra", { context: "prod-eu" })),
    ).toEqual(PASSED);
  });

  it.each([
    ["selector", [policyFor(UNKNOWN), workload({ app: "a" })], ".spec.podSelector"],
    ["labels of the selector", [byLabels(UNKNOWN), workload({ app: "a" })], ".matchLabels"],
    ["label of the selector", [byLabels({ app: UNKNOWN }), workload({ app: "a" })], ".matchLabels.app"],
    ["pod's labels", [byLabels({ app: "a" }), workload(UNKNOWN)], ".spec.template.metadata.labels"],
    ["pod's label", [byLabels({ app: "a" }), workload({ app: UNKNOWN })], ".labels.app"],
    ["policy's namespace", [byLabels({ app: "a" }, UNKNOWN), workload({ app: "a" })], ".metadata.namespace"],
    [
      "workload's namespace",
      [byLabels({ app: "a" }), workload({ app: "a" }, UNKNOWN)],
      ".metadata.namespace",
    ],
    [
      "name of a database",
      [
        byLabels({ "cnpg.io/cluster": "db" }),
        database({ metadata: { name: UNKNOWN, namespace: "ai-agents" } }),
      ],
      ".metadata.name",
    ],
    [
      "labels that a database hands down",
      [byLabels({ app: "db" }), database({}, { inheritedMetadata: { labels: UNKNOWN } })],
      ".inheritedMetadata.labels",
    ],
    [
      "label that a database hands down",
      [byLabels({ app: "db" }), database({}, { inheritedMetadata: { labels: { app: UNKNOWN, b: "c" } } })],
      ".app",
    ],
  ])("leaves a policy undecided while the %s is not known", async (_, objects, path) => {
    const { violations, undecided } = await judgeAll(...objects);
    expect(violations).toEqual([]);
    expect(undecided).toContain(path);
  });

  it.each([
    ["a workload's namespace, where its labels are others", [workload({ app: "b" }, UNKNOWN)]],
    ["labels of another cluster", [resourceOf(workload(UNKNOWN), { region: "region-b" })]],
    ["labels of another namespace", [workload(UNKNOWN, "other")]],
  ])("does not ask for %s", async (_, objects) => {
    const { violations, undecided } = await judgeAll(byLabels({ app: "a" }), ...objects);
    expect(violations).toHaveLength(1);
    expect(undecided).toBeUndefined();
  });

  it("does not ask for what a found workload makes needless", async () => {
    expect(await judgeAll(byLabels({ app: "a" }), workload(UNKNOWN), workload({ app: "a" }))).toEqual(PASSED);
  });

  it("does not ask for a label that a database hands down where the selector names another", async () => {
    const object = database({}, { inheritedMetadata: { labels: { app: UNKNOWN } } });
    expect(await judgeAll(byLabels({ "cnpg.io/cluster": "db" }), object)).toEqual(PASSED);
  });

  it("refuses a policy of an unknown namespace whose labels no pod of the cluster has", async () => {
    expect((await judgeAll(byLabels({ app: "a" }, UNKNOWN), workload({ app: "b" }))).violations).toHaveLength(
      1,
    );
  });

  it("refuses to judge a selector that the API server would refuse", async () => {
    await expect(judgeAll(byLabels({ app: 5 }), workload({ app: "a" }))).rejects.toThrow("expected a text");
    await expect(judgeAll(byLabels("app"), workload({}))).rejects.toThrow("expected an object");
  });
});
