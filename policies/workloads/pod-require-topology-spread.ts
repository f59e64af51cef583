import type { Field } from "../manifests/field.ts";
import type { PodTemplate } from "../manifests/pod-templates.ts";
import { type Finding, undecided, violation } from "../pack/finding.ts";
import { podPolicy } from "../pack/pod-policy.ts";
import { SCALABLE_KINDS } from "../scaling/replicas.ts";
import { judgeNodeName, judgePinned } from "./pinned-pods.ts";
import { decisive, isFor, judgeCounted, judgeNamespaces, judgeTopologyKey } from "./spread-rule.ts";
import { unlessElsewhere } from "./template-elsewhere.ts";
import { notWhole, wholeNumber } from "./whole-number.ts";

interface Config {
  readonly topologyKeys: readonly string[];
  readonly strictTopologyKeys: readonly string[];
  readonly maxSkew: number;
}

const ZONE = "topology.kubernetes.io/zone";
const HOST = "kubernetes.io/hostname";

const REMEDY =
  "Add a topologySpreadConstraint for it with maxSkew 1 and the labelSelector of the workload; a StatefulSet may have a " +
  "podAntiAffinity of that topologyKey instead.";

export const podRequireTopologySpread = podPolicy<Config>({
  name: "pod-require-topology-spread",
  description: "The pods of a workload are spread over zones and nodes.",
  severity: "high",
  controls: [{ framework: "nist", control: "CP-10, SC-36" }],
  reason:
    "Replicas in one zone or on one node go with it: their number says nothing. A constraint whose selector misses the pods counts none " +
    "of them, and spreads nothing without saying so.",
  remedy: REMEDY,
  parameters: {
    topologyKeys: {
      type: "array",
      items: { type: "string", minLength: 1 },
      default: [ZONE, HOST],
      description: "Labels of nodes over whose values pods are spread.",
    },
    strictTopologyKeys: {
      type: "array",
      items: { type: "string", minLength: 1 },
      // A strict rule over nodes would count a full node as an empty one.
      default: [ZONE],
      description:
        "Those of them where a pod has to wait (DoNotSchedule) rather than break the spread; none where a stage has one zone.",
    },
    maxSkew: {
      type: "integer",
      minimum: 1,
      default: 1,
      description: "By how many pods two zones or nodes may differ.",
    },
  },
  examples: {
    pass: [
      { what: "by preference over nodes", pod: spread([ZONE, "DoNotSchedule"], [HOST, "ScheduleAnyway"]) },
    ],
    fail: [
      { what: "no spread", pod: { topologySpreadConstraints: null } },
      { what: "over nodes alone", pod: spread([HOST, "DoNotSchedule"]) },
      { what: "by preference over zones", pod: spread([ZONE, "ScheduleAnyway"], [HOST, "ScheduleAnyway"]) },
      { what: "a selector of other pods", pod: spreadOf({ matchLabels: { app: "other" } }) },
      { what: "no selector, which selects none", pod: spreadOf(null) },
      { what: "a node that is named", pod: { nodeName: "node-1" } },
      { what: "one zone for all pods", pod: { nodeSelector: { [ZONE]: "eu-central-1a" } } },
    ],
  },
  kinds: [...SCALABLE_KINDS],
  judge: judgePod,
});

function spread(...keys: readonly (readonly [topologyKey: string, whenUnsatisfiable: string])[]) {
  const labelSelector = { matchLabels: { app: "subject" } };
  return {
    topologySpreadConstraints: keys.map(([topologyKey, whenUnsatisfiable]) => ({
      topologyKey,
      whenUnsatisfiable,
      maxSkew: 1,
      labelSelector,
    })),
  };
}

function spreadOf(labelSelector: object | null) {
  const { topologySpreadConstraints } = spread([ZONE, "DoNotSchedule"], [HOST, "ScheduleAnyway"]);
  return {
    topologySpreadConstraints: topologySpreadConstraints.map((constraint) => ({
      ...constraint,
      labelSelector,
    })),
  };
}

/**
 * A workload that leaves `replicas` out has an autoscaler, and so may have several pods; one of none is scaled up by
 * somebody else, such as a Rollout that refers to it.
 */
function judgePod(pod: PodTemplate, config: Config): Finding[] {
  const replicas = pod.manifest.root.at("spec", "replicas");
  if (replicas.value === 1) return [];
  const findings = unlessElsewhere(pod, [
    ...judgeNodeName(pod.spec),
    ...config.topologyKeys.flatMap((key) => [...judgePinned(pod.spec, key), ...judgeKey(pod, key, config)]),
  ]);
  return replicas.unknown && findings.length > 0 ? [undecided(replicas)] : findings;
}

/** One rule that spreads is enough; what hinders the first one is told. */
function judgeKey(pod: PodTemplate, key: string, config: Config): Finding[] {
  const rules = [...judgeConstraints(pod, key, config), ...judgeAntiAffinity(pod, key, config)];
  if (rules.some((findings) => findings.length === 0)) return [];
  const open = rules.flat().filter(({ type }) => type === "undecided");
  if (open.length > 0) return open;
  const constraints = pod.spec.at("topologySpreadConstraints");
  return rules[0] ?? [violation(constraints, `nothing spreads the pods over ${key}.`, REMEDY)];
}

function judgeConstraints({ spec, metadata }: PodTemplate, key: string, config: Config): Finding[][] {
  return spec
    .at("topologySpreadConstraints")
    .items()
    .filter((constraint) => isFor(constraint, key))
    .map((constraint) =>
      decisive([
        ...judgeTopologyKey(constraint),
        ...judgeSkew(constraint, config),
        ...judgeStrictness(constraint, key, config),
        ...judgeCounted(constraint, metadata),
      ]),
    );
}

/** Anti-affinity keeps one pod a zone or node, which is a spread for the few pods of a StatefulSet alone. */
function judgeAntiAffinity(
  { manifest, spec, metadata }: PodTemplate,
  key: string,
  { strictTopologyKeys }: Config,
): Finding[][] {
  if (manifest.kind !== "StatefulSet") return [];
  const affinity = spec.at("affinity", "podAntiAffinity");
  const preferred = affinity.at("preferredDuringSchedulingIgnoredDuringExecution").items();
  const isStrict = strictTopologyKeys.includes(key);
  return [
    ...affinity.at("requiredDuringSchedulingIgnoredDuringExecution").items(),
    ...(isStrict ? [] : preferred.map((preference) => preference.at("podAffinityTerm"))),
  ]
    .filter((term) => isFor(term, key))
    .map((term) =>
      decisive([...judgeTopologyKey(term), ...judgeCounted(term, metadata), ...judgeNamespaces(term)]),
    );
}

function judgeSkew(constraint: Field, { maxSkew }: Config): Finding[] {
  const field = constraint.at("maxSkew");
  const skew = wholeNumber(field, 0);
  if (skew === undefined) return [notWhole(field, "maxSkew")];
  if (skew >= 1 && skew <= maxSkew) return [];
  const got = field.missing ? "not set" : String(skew);
  return [violation(field, `maxSkew is ${got}; allowed: 1 to ${maxSkew}.`, "Set maxSkew to 1.")];
}

function judgeStrictness(constraint: Field, key: string, { strictTopologyKeys }: Config): Finding[] {
  const field = constraint.at("whenUnsatisfiable");
  const allowed = strictTopologyKeys.includes(key) ? ["DoNotSchedule"] : ["DoNotSchedule", "ScheduleAnyway"];
  if (allowed.includes(field.text ?? "")) return [];
  if (field.unknown) return [undecided(field)];
  const got = field.missing ? "not set" : JSON.stringify(field.value);
  const reason = `whenUnsatisfiable over ${key} is ${got}; allowed: ${allowed.join(", ")}.`;
  return [violation(field, reason, `Set it to ${allowed[0]}.`)];
}
