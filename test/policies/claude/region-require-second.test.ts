import { describe, expect, it } from "vitest";
import { regionRequireSecond } from "../../../policies/claude/region-require-second.ts";
import {
  cloudResourceOf,
  judgeStack,
  type KubernetesObject,
  type PolicyResource,
  UNKNOWN,
} from "../judge.ts";
import { configMap, inRegion, type RuntimeChanges, runtime } from "./objects.ts";

const PASSES = { violations: [], undecided: undefined };
const RECORD = "aws:route53/record:Record";

const judgeResources = (resources: readonly PolicyResource[], config = {}) =>
  judgeStack(regionRequireSecond, resources, config);

function coordinator(
  cluster: string,
  region: unknown = cluster,
  changes: RuntimeChanges = {},
): PolicyResource[] {
  return inRegion(cluster, runtime({ container: { env: [{ name: "REGION", value: region }] }, ...changes }));
}

/** The resource as its provider has these settings. */
function through(resource: PolicyResource, settings: object): PolicyResource {
  const { provider } = resource;
  if (provider === undefined) throw new Error(`${resource.name} has no provider`);
  return { ...resource, provider: { ...provider, props: cloudResourceOf("settings", settings).props } };
}

const TWO = [...coordinator("region-a"), ...coordinator("region-b")];
const check = (properties: object) =>
  cloudResourceOf("aws:route53/healthCheck:HealthCheck", properties, "eu");
const record = (properties: object) => cloudResourceOf(RECORD, properties, "traffic");

describe("region-require-second", () => {
  it.each([
    ["two regions", TWO],
    [
      "Rollouts",
      [
        ...coordinator("region-a", "a", { kind: "Rollout" }),
        ...coordinator("region-b", "b", { kind: "Rollout" }),
      ],
    ],
    ["two workloads of one region in each", [...TWO, ...TWO]],
    [
      "no coordinator",
      inRegion(
        "region-a",
        runtime({ labels: { app: "claude-agent", tier: "agent" }, name: "claude-agent-review" }),
      ),
    ],
    ["nothing", []],
  ])("allows %s", async (_, resources) => {
    expect(await judgeResources(resources)).toEqual(PASSES);
  });

  it("refuses one region", async () => {
    expect((await judgeResources(coordinator("region-a"))).violations).toEqual([
      expect.stringContaining(
        "Deployment ai-agents/claude-agent-coordinator: the coordinator runs in 1 of at least 2 clusters: with the loss of one, all is lost. Run the coordinator in one more cluster",
      ),
    ]);
  });

  it.each([
    ["its name", { labels: { app: "claude-agent" } }],
    ["its label", { name: "other" }],
  ])("knows a coordinator by %s alone", async (_, changes) => {
    expect((await judgeResources(coordinator("region-a", "a", changes))).violations).toHaveLength(1);
  });

  it("takes another number of regions from the configuration", async () => {
    expect(await judgeResources(coordinator("region-a"), { minimumRegions: 1 })).toEqual(PASSES);
    expect((await judgeResources(TWO, { minimumRegions: 3 })).violations).toEqual([
      expect.stringContaining("runs in 2 of at least 3 clusters"),
    ]);
  });

  it.each([
    ["one context", { kubeconfig: "a", context: "c" }, { kubeconfig: "a", context: "c" }, 1],
    ["two contexts", { kubeconfig: "a", context: "c" }, { kubeconfig: "a", context: "d" }, 0],
    ["two kubeconfigs", { kubeconfig: "a" }, { kubeconfig: "b" }, 0],
    ["two clusters of a kubeconfig", { kubeconfig: "a", cluster: "c" }, { kubeconfig: "a", cluster: "d" }, 0],
    ["no settings at all", {}, {}, 0],
    [
      "a kubeconfig that is not known yet",
      { kubeconfig: UNKNOWN, context: "c" },
      { kubeconfig: UNKNOWN, context: "c" },
      0,
    ],
  ])("counts the clusters of two providers with %s", async (_, first, second, count) => {
    const resources = [
      ...coordinator("region-a").map((resource) => through(resource, first)),
      ...coordinator("region-b").map((resource) => through(resource, second)),
    ];
    expect((await judgeResources(resources)).violations).toHaveLength(count);
  });

  it.each([
    [
      "one name",
      "eu",
      "eu",
      '.env[0].value: its region is called "eu", as one in another cluster is. Give REGION another value in each cluster.',
    ],
    ["no name", null, "", 'its region is called ""'],
  ])("refuses two regions of %s", async (_, first, second, reason) => {
    const resources = [...coordinator("region-a", first), ...coordinator("region-b", second)];
    const { violations } = await judgeResources(resources);
    expect(violations).toEqual([expect.stringContaining(reason)]);
    expect(violations[0]).toContain("::region-b-");
  });

  it("reads the names from ConfigMaps of the stack", async () => {
    const envFrom = [{ configMapRef: { name: "claude-agent-coordinator" } }];
    const region = (cluster: string, name: string) =>
      inRegion(cluster, runtime({ container: { envFrom } }), configMap({ REGION: name }));
    expect(await judgeResources([...region("region-a", "eu"), ...region("region-b", "us")])).toEqual(PASSES);
    expect(
      (await judgeResources([...region("region-a", "eu"), ...region("region-b", "eu")])).violations,
    ).toHaveLength(1);
  });

  it.each([
    ["with a health check", { setIdentifier: "eu", healthCheckId: "abc" }],
    ["that is the only one of its name", { name: "eu.example.com" }],
    ["that follows its load balancer", { setIdentifier: "eu", aliases: [{ evaluateTargetHealth: true }] }],
  ])("allows a record %s", async (_, properties) => {
    expect(await judgeResources([...TWO, record(properties)])).toEqual(PASSES);
  });

  it.each([
    ["without health check", {}],
    ["whose health check is null", { healthCheckId: null }],
    ["whose health check is empty", { healthCheckId: "" }],
    ["whose health check is a number", { healthCheckId: 5 }],
    ["that does not follow its load balancer", { aliases: [{ evaluateTargetHealth: false }, {}] }],
  ])("refuses a record %s", async (_, properties) => {
    expect(
      (await judgeResources([...TWO, record({ setIdentifier: "eu", ...properties })])).violations,
    ).toEqual([
      "the stack, at .healthCheckId: the record traffic has no health check, so clients are sent to a region that is gone. Set healthCheckId to a health check of that region.",
    ]);
  });

  it("says nothing about other resources of a cloud", async () => {
    const other = cloudResourceOf("aws:route53/zone:Zone", { setIdentifier: "eu" });
    expect(await judgeResources([...TWO, other])).toEqual(PASSES);
  });

  it("knows a health check of the stack before it is made", async () => {
    const open = record({ setIdentifier: "eu", healthCheckId: UNKNOWN });
    const dependent = (type: string) => ({
      ...open,
      propertyDependencies: { healthCheckId: [cloudResourceOf(type, {})] },
    });
    expect(await judgeResources([dependent("aws:route53/healthCheck:HealthCheck")])).toEqual(PASSES);
    const made = ["random:index/randomId:RandomId", "aws:route53/healthCheck:HealthCheck"];
    const beside = {
      ...open,
      propertyDependencies: { healthCheckId: made.map((type) => cloudResourceOf(type, {})) },
    };
    expect(await judgeResources([beside])).toEqual(PASSES);
    for (const resource of [open, dependent("random:index/randomId:RandomId")]) {
      const { violations, undecided } = await judgeResources([resource]);
      expect(violations).toEqual([]);
      expect(undecided).toContain(".healthCheckId");
    }
  });

  it.each([
    ["a region's name", [...coordinator("region-a", UNKNOWN), ...coordinator("region-b")], ".env[0].value"],
    ["the label of pods", [...TWO, ...inRegion("region-a", labelled(UNKNOWN))], ".labels.app"],
    [
      "the tier of pods",
      coordinator("region-a", "a", { labels: { app: "claude-agent", tier: UNKNOWN }, name: "other" }),
      ".labels.tier",
    ],
    [
      "the name of a workload",
      coordinator("region-a", "a", { labels: { app: "claude-agent", tier: "agent" }, name: UNKNOWN }),
      ".metadata.name",
    ],
  ])("is undecided while %s is not known", async (_, resources, path) => {
    const { violations, undecided } = await judgeResources(resources);
    expect(violations).toEqual([]);
    expect(undecided).toContain(path);
  });

  it("names no object but that of which a label is not known", async () => {
    const { undecided } = await judgeResources([...TWO, ...inRegion("region-a", labelled(UNKNOWN))]);
    expect(undecided).toContain(": Deployment ai-agents/other .spec.template.metadata.labels.app; ");
  });

  it("needs no tier of a coordinator that is known by its name, nor a name of one known by its tier", async () => {
    const labels = { app: "claude-agent", tier: UNKNOWN };
    const resources = [
      ...coordinator("region-a", "a", { labels }),
      ...coordinator("region-b", "b", { name: UNKNOWN }),
    ];
    expect(await judgeResources(resources)).toEqual(PASSES);
  });

  it.each([
    [
      "switched off",
      { disabled: true },
      ".disabled: the health check eu has disabled true, so an ill region",
    ],
    [
      "turned round",
      { invertHealthcheck: true },
      ".invertHealthcheck: the health check eu has invertHealthcheck true",
    ],
    ["switched off in words", { disabled: "false" }, 'has disabled "false"'],
  ])("refuses a health check that is %s", async (_, properties, words) => {
    expect((await judgeResources([...TWO, check(properties)])).violations).toEqual([
      expect.stringContaining(words),
    ]);
  });

  it("allows every other health check, and waits for what is not known yet", async () => {
    expect(
      await judgeResources([check({ type: "HTTPS", disabled: false, invertHealthcheck: null })]),
    ).toEqual(PASSES);
    expect((await judgeResources([check({ disabled: UNKNOWN })])).undecided).toContain(".disabled");
    expect(await judgeResources([cloudResourceOf("aws:other", { disabled: true })])).toEqual(PASSES);
  });

  it("asks several regions for a health check where the configuration does", async () => {
    const config = { requireHealthCheck: true, minimumRegions: 1 };
    expect((await judgeResources(TWO, config)).violations).toEqual([
      expect.stringContaining("the stack has no health check, so nobody leaves out a region that is ill."),
    ]);
    expect(await judgeResources([...TWO, check({})], config)).toEqual(PASSES);
    expect(await judgeResources(coordinator("region-a"), config)).toEqual(PASSES);
    expect(await judgeResources([], config)).toEqual(PASSES);
  });
});

function labelled(app: unknown): KubernetesObject {
  return runtime({ labels: { app }, name: "other" });
}
