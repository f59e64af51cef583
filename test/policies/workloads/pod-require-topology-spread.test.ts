import { describe, expect, it } from "vitest";
import { podRequireTopologySpread } from "../../../policies/workloads/pod-require-topology-spread.ts";
import { judge, UNKNOWN } from "../judge.ts";
import { POD_SPEC, WORKLOAD_KINDS } from "../workloads.ts";

const ZONE = "topology.kubernetes.io/zone";
const HOST = "kubernetes.io/hostname";
const SELECTOR = { matchLabels: { app: "subject" } };
const SPREADING = ["Deployment", "StatefulSet", "ReplicaSet", "ReplicationController", "Rollout"];

const constraint = (topologyKey: unknown, changes: object = {}) => ({
  topologyKey,
  maxSkew: 1,
  whenUnsatisfiable: "DoNotSchedule",
  labelSelector: SELECTOR,
  ...changes,
});
const NO_ZONE = { topologySpreadConstraints: [constraint(HOST)] };

interface Workload {
  readonly kind?: string;
  readonly replicas?: unknown;
  readonly pod: object;
  readonly labels?: unknown;
  readonly config?: object;
}

const judgeWorkload = (workload: Workload) => {
  const { kind = "Deployment", replicas = 3, pod, config = {} } = workload;
  const labels = "labels" in workload ? workload.labels : { app: "subject", tier: "agent" };
  const spec = { replicas, template: { metadata: { labels }, spec: pod } };
  const head = { apiVersion: "apps/v1", kind, metadata: { name: "subject" } };
  return judge(podRequireTopologySpread, { ...head, spec }, { config });
};
/** Judges a workload that is spread over nodes as it must be, and over zones as given. */
const judgeZone = (changes: object, config = {}) =>
  judgeWorkload({
    pod: { topologySpreadConstraints: [constraint(ZONE, changes), constraint(HOST)] },
    config,
  });
const judgeAffinity = (podAntiAffinity: object, kind = "StatefulSet") =>
  judgeWorkload({
    kind,
    pod: { topologySpreadConstraints: [constraint(ZONE)], affinity: { podAntiAffinity } },
  });

describe("pod-require-topology-spread", () => {
  it.each(WORKLOAD_KINDS)("allows a $kind that is spread", async ({ build }) => {
    const judgement = await judge(podRequireTopologySpread, build(POD_SPEC));
    expect(judgement).toEqual({ violations: [], undecided: undefined });
  });

  it.each(WORKLOAD_KINDS.filter(({ kind }) => SPREADING.includes(kind) || kind.endsWith("List")))(
    "refuses a $kind that nothing spreads, once for zones and once for nodes (fault 22)",
    async ({ build }) => {
      const { violations } = await judge(podRequireTopologySpread, build({ containers: [] }));
      expect(violations).toEqual([ZONE, HOST].map((key) => expect.stringContaining(`the pods over ${key}.`)));
    },
  );

  it.each(WORKLOAD_KINDS.filter(({ kind }) => !SPREADING.includes(kind) && !kind.endsWith("List")))(
    "says nothing about a $kind, which has no replicas",
    async ({ build }) => {
      expect((await judge(podRequireTopologySpread, build({ containers: [] }))).violations).toEqual([]);
    },
  );

  it.each([
    [0, 2],
    [1, 0],
    [2, 2],
    [null, 2],
    ["1", 2],
    [-1, 2],
  ])("takes %j replicas for a workload with %i violations", async (replicas, count) => {
    expect((await judgeWorkload({ replicas, pod: {} })).violations).toHaveLength(count);
  });

  it.each([
    ["an empty list", { topologySpreadConstraints: [] }],
    ["null", { topologySpreadConstraints: null }],
    ["another key", { topologySpreadConstraints: [constraint(HOST), constraint("rack")] }],
    ["a key that is missing", { topologySpreadConstraints: [constraint(HOST), constraint(undefined)] }],
  ])("refuses constraints that are %s", async (_, pod) => {
    expect((await judgeWorkload({ pod })).violations[0]).toContain(
      `at .spec.template.spec.topologySpreadConstraints: nothing spreads the pods over ${ZONE}.`,
    );
  });

  it.each([
    ["a skew of zero", { maxSkew: 0 }, "maxSkew is 0; allowed: 1 to 1."],
    ["a skew of two", { maxSkew: 2 }, "maxSkew is 2; allowed: 1 to 1."],
    ["no skew", { maxSkew: null }, "maxSkew is not set; allowed: 1 to 1."],
    ["a skew as text", { maxSkew: "1" }, 'maxSkew is "1", which is no whole number.'],
    ["a preference", { whenUnsatisfiable: "ScheduleAnyway" }, 'is "ScheduleAnyway"; allowed: DoNotSchedule.'],
    ["nothing said of it", { whenUnsatisfiable: null }, "is not set; allowed: DoNotSchedule."],
    ["another spelling", { whenUnsatisfiable: "doNotSchedule" }, 'is "doNotSchedule"; allowed'],
    ["no selector", { labelSelector: null }, "its selector does not count the workload's own pods."],
    ["an empty selector", { labelSelector: {} }, "its empty selector counts every pod of the namespace."],
    ["a selector of nulls", { labelSelector: { matchLabels: { app: null } } }, "its empty selector"],
    ["a selector of others", { labelSelector: { matchLabels: { app: "other" } } }, "does not count"],
    [
      "one label too many",
      { labelSelector: { matchLabels: { app: "subject", color: "blue" } } },
      "does not count the workload's own pods.",
    ],
  ])("refuses %s", async (_, changes, reason) => {
    expect((await judgeZone(changes)).violations).toEqual([expect.stringContaining(reason)]);
  });

  it.each([
    ["expressions", { matchExpressions: [{ key: "app", operator: "In", values: ["subject"] }] }],
    ["several labels", { matchLabels: { app: "subject", tier: "agent" } }],
  ])("allows a selector by %s", async (_, labelSelector) => {
    expect((await judgeZone({ labelSelector })).violations).toEqual([]);
  });

  it.each([undefined, null, {}])("refuses a pod whose labels are %j", async (labels) => {
    const pod = { topologySpreadConstraints: [constraint(ZONE), constraint(HOST)] };
    expect((await judgeWorkload({ pod, labels })).violations).toHaveLength(2);
  });

  it("is content with one constraint that spreads, wherever it stands", async () => {
    const soft = constraint(ZONE, { whenUnsatisfiable: "ScheduleAnyway" });
    const pod = { topologySpreadConstraints: [soft, constraint(HOST), constraint(ZONE)] };
    expect((await judgeWorkload({ pod })).violations).toEqual([]);
  });

  it("allows a preference over nodes, and neither word but the two", async () => {
    const pod = (whenUnsatisfiable: string) => ({
      topologySpreadConstraints: [constraint(ZONE), constraint(HOST, { whenUnsatisfiable })],
    });
    expect((await judgeWorkload({ pod: pod("ScheduleAnyway") })).violations).toEqual([]);
    expect((await judgeWorkload({ pod: pod("Sometimes") })).violations).toEqual([
      expect.stringContaining("allowed: DoNotSchedule, ScheduleAnyway."),
    ]);
  });

  const term = { topologyKey: HOST, labelSelector: SELECTOR };
  it.each([
    ["strict", { requiredDuringSchedulingIgnoredDuringExecution: [term] }],
    [
      "preferred",
      { preferredDuringSchedulingIgnoredDuringExecution: [{ weight: 1, podAffinityTerm: term }] },
    ],
  ])("allows a StatefulSet, and no Deployment, with %s anti-affinity instead", async (_, affinity) => {
    expect((await judgeAffinity(affinity)).violations).toEqual([]);
    expect((await judgeAffinity(affinity, "Deployment")).violations).toHaveLength(1);
  });

  it.each([
    ["of other pods", { ...term, labelSelector: { matchLabels: { app: "other" } } }, "does not count"],
    ["over something else", { ...term, topologyKey: "rack" }, `nothing spreads the pods over ${HOST}.`],
  ])("refuses anti-affinity %s", async (_, other, reason) => {
    const affinity = { requiredDuringSchedulingIgnoredDuringExecution: [other] };
    expect((await judgeAffinity(affinity)).violations).toEqual([expect.stringContaining(reason)]);
  });

  it("allows no preference of a StatefulSet where the spread is strict", async () => {
    const preference = { weight: 100, podAffinityTerm: { ...term, topologyKey: ZONE } };
    const podAntiAffinity = { preferredDuringSchedulingIgnoredDuringExecution: [preference] };
    const pod = { topologySpreadConstraints: [constraint(HOST)], affinity: { podAntiAffinity } };
    const judgeStrict = (strictTopologyKeys: string[]) =>
      judgeWorkload({ kind: "StatefulSet", pod, config: { strictTopologyKeys } });
    expect((await judgeStrict([ZONE])).violations).toEqual([
      expect.stringContaining(`nothing spreads the pods over ${ZONE}.`),
    ]);
    expect((await judgeStrict([])).violations).toEqual([]);
  });

  it.each([
    [
      "a label of each pod alone",
      { matchLabelKeys: ["statefulset.kubernetes.io/pod-name"] },
      "another label",
    ],
    [
      "a label too many",
      { matchLabelKeys: ["pod-template-hash", "color"] },
      "another label than pod-template-hash,",
    ],
    ["a number", { matchLabelKeys: [1] }, "another label"],
    [
      "labels that must differ",
      { mismatchLabelKeys: ["pod-template-hash"] },
      "its mismatchLabelKeys leave out",
    ],
  ])("refuses constraints and terms narrowed to %s", async (_, changes, reason) => {
    expect((await judgeZone(changes)).violations).toEqual([expect.stringContaining(reason)]);
    const affinity = { requiredDuringSchedulingIgnoredDuringExecution: [{ ...term, ...changes }] };
    expect((await judgeAffinity(affinity)).violations).toEqual([expect.stringContaining(reason)]);
  });

  it.each([["pod-template-hash"], ["controller-revision-hash"], ["rollouts-pod-template-hash"]])(
    "allows to compare the pods of one revision by %s",
    async (label) => {
      expect((await judgeZone({ matchLabelKeys: [label], mismatchLabelKeys: [] })).violations).toEqual([]);
    },
  );

  it.each([
    ["namespaces", { namespaces: ["other"] }],
    ["namespaces by labels", { namespaceSelector: {} }],
  ])("refuses a term that names %s", async (_, changes) => {
    const [name = ""] = Object.keys(changes);
    const affinity = { requiredDuringSchedulingIgnoredDuringExecution: [{ ...term, ...changes }] };
    expect((await judgeAffinity(affinity)).violations).toEqual([
      expect.stringMatching(`its ${name} may leave out .* Remove ${name}\\.$`),
    ]);
  });

  it("allows a term whose namespaces are null or none", async () => {
    const own = { ...term, namespaces: [], namespaceSelector: null };
    const affinity = { requiredDuringSchedulingIgnoredDuringExecution: [own] };
    expect((await judgeAffinity(affinity)).violations).toEqual([]);
  });

  it.each([
    ["keys", { matchLabelKeys: [UNKNOWN] }, ".matchLabelKeys[0];"],
    ["keys that must differ", { mismatchLabelKeys: UNKNOWN }, ".mismatchLabelKeys;"],
    ["namespaces", { namespaces: UNKNOWN }, ".namespaces;"],
  ])("leaves a term whose %s are not known yet undecided", async (_, changes, path) => {
    const affinity = { requiredDuringSchedulingIgnoredDuringExecution: [{ ...term, ...changes }] };
    const { violations, undecided } = await judgeAffinity(affinity);
    expect(violations).toEqual([]);
    expect(undecided).toContain(path);
  });

  it("takes keys, strictness and skew from the configuration", async () => {
    expect((await judgeWorkload({ pod: NO_ZONE, config: { topologyKeys: [HOST] } })).violations).toEqual([]);
    const soft = { whenUnsatisfiable: "ScheduleAnyway" };
    expect((await judgeZone(soft, { strictTopologyKeys: [] })).violations).toEqual([]);
    expect((await judgeZone({ maxSkew: 2 }, { maxSkew: 2 })).violations).toEqual([]);
    expect((await judgeZone({ maxSkew: 3 }, { maxSkew: 2 })).violations).toHaveLength(1);
  });

  it.each([
    ["a skew", { maxSkew: UNKNOWN }, "[0].maxSkew;"],
    ["a strictness", { whenUnsatisfiable: UNKNOWN }, "[0].whenUnsatisfiable;"],
    ["a selector", { labelSelector: UNKNOWN }, "[0].labelSelector;"],
    ["a label of a selector", { labelSelector: { matchLabels: { app: UNKNOWN } } }, ".matchLabels.app;"],
    ["a key", { topologyKey: UNKNOWN }, "[0].topologyKey;"],
  ])("leaves %s that is not known yet undecided", async (_, changes, path) => {
    const { violations, undecided } = await judgeZone(changes);
    expect(violations).toEqual([]);
    expect(undecided).toContain(`: .spec.template.spec.topologySpreadConstraints`);
    expect(undecided).toContain(path);
  });

  it("leaves replicas that are not known yet undecided only where nothing spreads", async () => {
    const { violations, undecided } = await judgeWorkload({ replicas: UNKNOWN, pod: NO_ZONE });
    expect(violations).toEqual([]);
    expect(undecided).toContain(": .spec.replicas;");
    const pod = { topologySpreadConstraints: [constraint(ZONE), constraint(HOST)] };
    expect((await judgeWorkload({ replicas: UNKNOWN, pod })).undecided).toBeUndefined();
  });

  it("does not wait for a value of a constraint that is wrong already", async () => {
    const { violations, undecided } = await judgeZone({ maxSkew: 5, labelSelector: UNKNOWN });
    expect(violations).toHaveLength(1);
    expect(undecided).toBeUndefined();
  });

  it("leaves a second constraint that may spread undecided", async () => {
    const zones = [constraint(ZONE, { maxSkew: 5 }), constraint(ZONE, { maxSkew: UNKNOWN })];
    const { violations, undecided } = await judgeWorkload({
      pod: { topologySpreadConstraints: [...zones, constraint(HOST)] },
    });
    expect(violations).toEqual([]);
    expect(undecided).toContain(": .spec.template.spec.topologySpreadConstraints[1].maxSkew;");
  });
});

const SPREAD = { topologySpreadConstraints: [constraint(ZONE), constraint(HOST)] };
const judgePinned = (pod: object, workload: Omit<Workload, "pod"> = {}) =>
  judgeWorkload({ ...workload, pod: { ...SPREAD, ...pod } });
const judgeTerms = (...nodeSelectorTerms: object[]) =>
  judgePinned({
    affinity: { nodeAffinity: { requiredDuringSchedulingIgnoredDuringExecution: { nodeSelectorTerms } } },
  });
const among = (key: unknown, values: unknown, operator: unknown = "In") => ({ key, operator, values });
const zones = (...values: unknown[]) => ({ matchExpressions: [among(ZONE, values)] });

describe("pod-require-topology-spread where pods are pinned", () => {
  it.each([
    ["a node by name", { nodeName: "node-1" }, 'goes to the node "node-1", past the scheduler'],
    ["a node by a number", { nodeName: 1 }, "goes to the node 1,"],
    ["one zone", { nodeSelector: { [ZONE]: "a" } }, `where ${ZONE} is "a".`],
    ["one node", { nodeSelector: { [HOST]: "node-1" } }, `where ${HOST} is "node-1".`],
  ])("refuses %s", async (_, pod, reason) => {
    expect((await judgePinned(pod)).violations).toEqual([expect.stringContaining(reason)]);
  });

  it.each([
    ["no node", { nodeName: null }],
    ["an empty name", { nodeName: "" }],
    ["another label", { nodeSelector: { "kubernetes.io/arch": "arm64" } }],
    ["a label that is null", { nodeSelector: { [ZONE]: null } }],
    ["an affinity of pods alone", { affinity: { nodeAffinity: null } }],
  ])("allows %s", async (_, pod) => {
    expect((await judgePinned(pod)).violations).toEqual([]);
  });

  it.each([
    ["one zone", [zones("a")], "is a."],
    ["the same zone twice", [zones("a"), zones("a")], "is a."],
    ["no zone", [zones()], "is nothing."],
    [
      "several zones and one of them",
      [{ matchExpressions: [among(ZONE, ["a", "b"]), among(ZONE, ["b"])] }],
      "is b.",
    ],
    ["one node by its field", [{ matchFields: [among("metadata.name", ["node-1"])] }], "is node-1."],
    ["one node by its label", [{ matchExpressions: [among(HOST, ["node-1"])] }], "is node-1."],
  ])("refuses an affinity to %s", async (_, terms, reason) => {
    expect((await judgeTerms(...terms)).violations).toEqual([
      expect.stringMatching(`nodeAffinity keeps every pod where .*${reason.replace(".", "\\.")}`),
    ]);
  });

  it.each([
    ["two zones", [zones("a", "b")]],
    ["two zones in two terms", [zones("a"), zones("b")]],
    [
      "one zone or an architecture",
      [zones("a"), { matchExpressions: [among("kubernetes.io/arch", ["arm64"])] }],
    ],
    ["all zones but one", [{ matchExpressions: [among(ZONE, ["a"], "NotIn")] }]],
    ["a zone of any name", [{ matchExpressions: [among(ZONE, null, "Exists")] }]],
    ["two nodes", [{ matchFields: [among("metadata.name", ["node-1", "node-2"])] }]],
    ["no term", []],
  ])("allows an affinity to %s", async (_, terms) => {
    expect((await judgeTerms(...terms)).violations).toEqual([]);
  });

  it("does not take a field of the node for its zone", async () => {
    const matchFields = [among("metadata.name", ["node-1"])];
    expect((await judgeTerms({ matchFields })).violations).toEqual([expect.stringContaining(HOST)]);
  });

  it("says nothing of the single pod of a workload", async () => {
    expect((await judgePinned({ nodeName: "node-1" }, { replicas: 1 })).violations).toEqual([]);
  });

  it.each([
    ["a node", { nodeName: UNKNOWN }, ".nodeName;"],
    ["a zone", { nodeSelector: { [ZONE]: UNKNOWN } }, `.nodeSelector["${ZONE}"];`],
  ])("leaves %s that is not known yet undecided", async (_, pod, path) => {
    const { violations, undecided } = await judgePinned(pod);
    expect(violations).toEqual([]);
    expect(undecided).toContain(path);
  });

  it.each([
    ["a value", [zones("a", UNKNOWN)], ".values[1];"],
    ["a label", [{ matchExpressions: [among(UNKNOWN, ["a"])] }], ".key;"],
    ["an operator", [{ matchExpressions: [among(ZONE, ["a"], UNKNOWN)] }], ".operator;"],
    [
      "a label beside two zones",
      [{ matchExpressions: [among(ZONE, ["a", "b"]), among(UNKNOWN, ["a"])] }],
      ".key;",
    ],
  ])("leaves an affinity with %s that is not known yet undecided", async (_, terms, path) => {
    const { violations, undecided } = await judgeTerms(...terms);
    expect(violations).toEqual([]);
    expect(undecided).toContain(path);
  });

  it("leaves terms that are not known yet undecided", async () => {
    const required = { nodeSelectorTerms: [UNKNOWN] };
    const affinity = { nodeAffinity: { requiredDuringSchedulingIgnoredDuringExecution: required } };
    expect((await judgePinned({ affinity })).undecided).toContain(".nodeSelectorTerms[0];");
  });

  it.each([
    ["where one zone is left", [{ matchExpressions: [among(UNKNOWN, ["a"]), among(ZONE, ["a"])] }], 1],
    ["where two are left", [zones("a", "b", UNKNOWN)], 0],
    ["where another term is free", [zones(UNKNOWN), { matchExpressions: [] }], 0],
  ])("does not wait for a value of an affinity %s", async (_, terms, count) => {
    const { violations, undecided } = await judgeTerms(...terms);
    expect(violations).toHaveLength(count);
    if (count === 0) expect(undecided).toBeUndefined();
  });
});

describe("pod-require-topology-spread of a Rollout", () => {
  const judgeRollout = (spec: object, kind = "Rollout") =>
    judge(podRequireTopologySpread, { apiVersion: "apps/v1", kind, metadata: { name: "subject" }, spec });
  const workloadRef = { apiVersion: "apps/v1", kind: "Deployment", name: "agent" };

  it("says nothing where the pods are those of another workload", async () => {
    expect((await judgeRollout({ workloadRef })).violations).toEqual([]);
  });

  it.each([
    ["without reference", {}, "Rollout"],
    ["with a reference that is null", { workloadRef: null }, "Rollout"],
    ["with a template beside the reference", { workloadRef, template: { spec: {} } }, "Rollout"],
    ["that is a Deployment with a reference", { workloadRef }, "Deployment"],
  ])("judges one %s", async (_, spec, kind) => {
    expect((await judgeRollout(spec, kind)).violations).toHaveLength(2);
  });

  it("leaves a reference that is not known yet undecided", async () => {
    const { violations, undecided } = await judgeRollout({ workloadRef: UNKNOWN });
    expect(violations).toEqual([]);
    expect(undecided).toContain(": .spec.workloadRef;");
    const rollout = { apiVersion: "v1", kind: "Rollout", metadata: {}, spec: { workloadRef: UNKNOWN } };
    const config = { topologyKeys: [] };
    expect((await judge(podRequireTopologySpread, rollout, { config })).undecided).toBeUndefined();
  });
});
