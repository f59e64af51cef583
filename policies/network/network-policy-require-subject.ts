import { Field } from "../manifests/field.ts";
import { podTemplateOf } from "../manifests/pod-templates.ts";
import { selects } from "../manifests/selector.ts";
import type { Placed } from "../manifests/stack.ts";
import { undecided, violation } from "../pack/finding.ts";
import { type StackFinding, stackPolicy } from "../pack/stack-policy.ts";
import { selectsAll } from "./network-rules.ts";
import { namespaceFieldOf, placeOf, podMakersOf } from "./placed-namespaces.ts";
import { some, type Verdict } from "./verdict.ts";

const REMEDY = "Write the labels of the pod template into podSelector, or remove the policy.";

const policy = (podSelector: object) => ({
  apiVersion: "networking.k8s.io/v1",
  kind: "NetworkPolicy",
  metadata: { name: "agent", namespace: "ai-agents" },
  spec: { podSelector, policyTypes: ["Ingress"] },
});
const WORKLOAD = {
  apiVersion: "apps/v1",
  kind: "Deployment",
  metadata: { name: "agent", namespace: "ai-agents" },
  spec: { template: { metadata: { labels: { app: "agent", tier: "web" } } } },
};
const DATABASE = {
  apiVersion: "postgresql.cnpg.io/v1",
  kind: "Cluster",
  metadata: { name: "db", namespace: "ai-agents" },
  spec: { inheritedMetadata: { labels: { app: "db" } } },
};

export const networkPolicyRequireSubject = stackPolicy({
  name: "network-policy-require-subject",
  description: "A NetworkPolicy selects pods that there are.",
  severity: "medium",
  controls: [
    { framework: "cis-kubernetes", control: "5.3.2" },
    { framework: "nist", control: "SC-7, CM-6" },
    { framework: "nsa", control: "Network separation and hardening" },
  ],
  reason:
    "A policy whose labels are those of no pod closes nothing and opens nothing, and everybody believes that it does.",
  remedy: REMEDY,
  parameters: {},
  examples: {
    pass: [
      {
        what: "the labels of a workload's pods",
        objects: [policy({ matchLabels: { app: "agent" } }), WORKLOAD],
      },
      { what: "all pods, whether there are any or not", objects: [policy({})] },
      {
        what: "the label that CloudNativePG gives its pods",
        objects: [policy({ matchLabels: { "cnpg.io/cluster": "db" } }), DATABASE],
      },
    ],
    fail: [
      { what: "labels of no pod", objects: [policy({ matchLabels: { app: "agnet" } }), WORKLOAD] },
      {
        what: "labels of two workloads that no pod has together",
        objects: [policy({ matchLabels: { app: "db", tier: "web" } }), WORKLOAD, DATABASE],
      },
    ],
  },
  judge: (stack) => {
    const makers = podMakersOf(stack);
    const byPlace = Map.groupBy(makers, placeOf);
    const byCluster = Map.groupBy(makers, ({ cluster }) => cluster);
    const unplaced = Map.groupBy(byPlace.get(undefined) ?? [], ({ cluster }) => cluster);
    return stack.ofKind("NetworkPolicy").flatMap((placed) => {
      const [place, cluster] = [placeOf(placed), placed.cluster];
      return place === undefined
        ? judgePolicy(placed, [], byCluster.get(cluster) ?? [])
        : judgePolicy(placed, byPlace.get(place) ?? [], unplaced.get(cluster) ?? []);
    });
  },
});

/**
 * @param near what makes pods in the policy's namespace
 * @param perhaps what may do so, because one of the namespaces is not known yet
 */
function judgePolicy(placed: Placed, near: readonly Placed[], perhaps: readonly Placed[]): StackFinding[] {
  const selector = placed.manifest.root.at("spec", "podSelector");
  const verdict = some(verdictsOf(selector, placed, near, perhaps));
  if (verdict === "yes") return [];
  if (verdict !== "no") return [{ placed, finding: undecided(verdict.unknown) }];
  const reason = "its podSelector selects the pods of no workload in its namespace.";
  return [{ placed, finding: violation(selector, reason, REMEDY) }];
}

function* verdictsOf(
  selector: Field,
  policy: Placed,
  near: readonly Placed[],
  perhaps: readonly Placed[],
): Generator<Verdict> {
  yield selectsAll(selector);
  for (const maker of near) yield selectsPodsOf(selector, maker);
  for (const maker of perhaps) {
    if (selectsPodsOf(selector, maker) !== "no") yield { unknown: unknownNamespaceOf(policy, maker) };
  }
}

/** Of one of the two it is not known. */
function unknownNamespaceOf(policy: Placed, maker: Placed): Field {
  const own = namespaceFieldOf(policy);
  return own.unknown ? own : namespaceFieldOf(maker);
}

/** Labels that Kubernetes, or CloudNativePG, puts on the pods of a kind; their value is the object's name. */
const LABELS_BY_NAME: ReadonlyMap<string, readonly string[]> = new Map([
  ["Job", ["batch.kubernetes.io/job-name", "job-name"]],
  ["Cluster", ["cnpg.io/cluster"]],
]);

function selectsPodsOf(selector: Field, { manifest }: Placed): Verdict {
  const { kind, root } = manifest;
  const stated =
    podTemplateOf(manifest)?.at("metadata", "labels") ?? root.at("spec", "inheritedMetadata", "labels");
  const verdict = selects(selector, stated);
  const added = LABELS_BY_NAME.get(kind);
  if (verdict === "yes" || added === undefined) return verdict;
  const name = root.at("metadata", "name");
  const unknown = [name, stated].find((field) => field.unknown);
  if (unknown !== undefined) return { unknown };
  const entries = [...stated.entries(), ...added.map((label) => [label, name] as const)];
  return selects(selector, labelsOf(entries));
}

function labelsOf(entries: readonly (readonly [name: string, value: Field])[]): Field {
  const labels = {};
  for (const [label, field] of entries) {
    Object.defineProperty(labels, label, { configurable: true, get: () => knownValueOf(field) });
  }
  return Field.root(labels);
}

/** Fails as the inputs of a resource do, so that the label counts as unknown and not as missing. */
function knownValueOf({ unknown, value }: Field): unknown {
  if (unknown !== undefined) throw unknown;
  return value;
}
