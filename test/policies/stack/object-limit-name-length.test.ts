import { describe, expect, it } from "vitest";
import { objectLimitNameLength } from "../../../policies/stack/object-limit-name-length.ts";
import { judge, type KubernetesObject, UNKNOWN } from "../judge.ts";
import { NOTHING } from "./objects.ts";

const named = (kind: string, length: number): KubernetesObject => ({
  apiVersion: "example.com/v1",
  kind,
  metadata: { name: "n".repeat(length), namespace: "ai-agents" },
});
const judgeObject = (object: KubernetesObject, config = {}) =>
  judge(objectLimitNameLength, object, { config });
const labelled = (labels: unknown, kind = "Deployment"): KubernetesObject => ({
  apiVersion: "apps/v1",
  kind,
  metadata: { name: "agent", labels },
});

describe("object-limit-name-length", () => {
  it.each([
    ["Service", 63, "it is a host name within the cluster"],
    ["Namespace", 63, "it is a part of the host name of every Service"],
    ["Deployment", 63, "the names of its pods begin with it"],
    ["ReplicaSet", 63, "the names of its pods begin with it"],
    ["ReplicationController", 63, "the names of its pods begin with it"],
    ["DaemonSet", 63, "the names of its pods begin with it"],
    ["Rollout", 63, "the names of its pods begin with it"],
    ["Pod", 63, "it is the host name of the pod"],
    ["StatefulSet", 52, "the label controller-revision-hash"],
    ["CronJob", 52, "its Jobs get a suffix of eleven characters"],
    ["Job", 63, "the label job-name"],
    ["ScaledObject", 54, "keda-hpa-"],
    ["ScaledJob", 63, "KEDA makes it a label"],
    ["Gateway", 63, "makes it a label"],
    ["Cluster", 50, "CloudNativePG"],
    ["ConfigMap", 253, "the API server refuses more"],
  ])("allows a %s a name of %d characters and no more", async (kind, length, why) => {
    expect(await judgeObject(named(kind, length))).toEqual(NOTHING);
    expect((await judgeObject(named(kind, length + 1))).violations).toEqual([
      expect.stringContaining(
        `at .metadata.name: "${"n".repeat(Math.min(length + 1, 80))}" has ${length + 1} characters; ${length} are allowed: `,
      ),
    ]);
    expect((await judgeObject(named(kind, length + 1))).violations[0]).toContain(why);
    expect((await judgeObject(named(kind, length + 1))).violations[0]).toMatch(
      new RegExp(`Shorten it to ${length} characters or less\\.$`),
    );
  });

  it("takes shorter names of a kind from the configuration, and no longer ones", async () => {
    const config = { furtherKinds: { ConfigMap: 20, Service: 100 } };
    expect(await judgeObject(named("ConfigMap", 20), config)).toEqual(NOTHING);
    expect((await judgeObject(named("ConfigMap", 21), config)).violations).toEqual([
      expect.stringContaining("has 21 characters; 20 are allowed: so the configuration says."),
    ]);
    expect((await judgeObject(named("Service", 64), config)).violations).toEqual([
      expect.stringContaining("63 are allowed: it is a host name within the cluster."),
    ]);
  });

  it.each([
    { apiVersion: "v1", kind: "Service" },
    { apiVersion: "v1", kind: "Service", metadata: { name: null } },
  ])("leaves a name to Pulumi where there is none: %j", async (object) => {
    expect(await judgeObject(object)).toEqual(NOTHING);
  });

  it.each([
    ["StatefulSet", 47],
    ["CronJob", 47],
    ["ScaledObject", 49],
    ["Cluster", 45],
  ])("leaves five characters to the cluster where it makes the name of a %s", async (kind, length) => {
    const made = (prefix: unknown) => ({ ...named(kind, 1), metadata: { generateName: prefix } });
    expect(await judgeObject(made("n".repeat(length)))).toEqual(NOTHING);
    expect((await judgeObject(made("n".repeat(length + 1)))).violations).toEqual([
      expect.stringContaining(`has ${length + 1} characters; ${length} are allowed: `),
    ]);
    expect((await judgeObject(made("n".repeat(length + 1)))).violations[0]).toMatch(
      /at \.metadata\.generateName: .*, and five characters are added\./,
    );
    expect((await judgeObject(made(UNKNOWN))).undecided).toContain(".metadata.generateName;");
  });

  it("lets the API server cut prefixes of other kinds, and looks at the name where there are both", async () => {
    const metadata = { generateName: "n".repeat(200) };
    expect(await judgeObject({ ...named("Service", 1), metadata })).toEqual(NOTHING);
    expect(await judgeObject({ ...named("CronJob", 1), metadata: { ...metadata, name: "agent" } })).toEqual(
      NOTHING,
    );
    const config = { furtherKinds: { Service: 62 } };
    expect((await judgeObject({ ...named("Service", 1), metadata }, config)).violations).toEqual([
      expect.stringContaining("57 are allowed: so the configuration says, and five characters are added."),
    ]);
  });

  it.each([
    ["labels", labelled({ app: "a".repeat(64) }), "at .metadata.labels.app"],
    [
      "labels of its pods",
      { ...labelled({}), spec: { template: { metadata: { labels: { app: "a".repeat(64) } } } } },
      "at .spec.template.metadata.labels.app",
    ],
  ])("refuses a value of 64 characters among the %s of an object", async (_, object, place) => {
    const { violations } = await judgeObject(object);
    expect(violations).toEqual([expect.stringContaining(place)]);
    expect(violations[0]).toContain("has 64 characters; 63 are allowed: a label holds no more.");
  });

  it("reports a label of a Pod once", async () => {
    expect((await judgeObject(labelled({ app: "a".repeat(64) }, "Pod"))).violations).toHaveLength(1);
  });

  it.each([
    ["app", "a".repeat(63)],
    ["app", null],
    ["app", ""],
  ])("allows the label %s: %j", async (name, value) => {
    expect(await judgeObject(labelled({ [name]: value }))).toEqual(NOTHING);
  });

  it.each([
    ["name", { ...labelled({}), metadata: { name: 7 } }, "at .metadata.name: it is 7, which is no text."],
    ["label", labelled({ app: true }), "at .metadata.labels.app: it is true, which is no text."],
  ])("refuses a %s that is no text", async (_, object, reason) => {
    expect((await judgeObject(object)).violations).toEqual([expect.stringContaining(reason)]);
  });

  it("fails closed where the labels are a text", async () => {
    await expect(judgeObject(labelled("app"))).rejects.toThrow("expected an object, got string");
  });

  it.each([
    ["name", { ...labelled({}), metadata: { name: UNKNOWN } }, ".metadata.name"],
    ["label", labelled({ app: UNKNOWN }), ".metadata.labels.app"],
    ["map of labels", labelled(UNKNOWN), ".metadata.labels"],
  ])("is undecided while a %s is not known", async (_, object, place) => {
    const { violations, undecided } = await judgeObject(object);
    expect(violations).toEqual([]);
    expect(undecided).toContain(`not known before the update: ${place};`);
  });
});
