import type { Field } from "../manifests/field.ts";
import { percentOf, wholeNumberOf } from "../manifests/int-or-string.ts";
import type { Manifest } from "../manifests/manifest.ts";
import { type Finding, undecided, violation } from "../pack/finding.ts";
import { objectPolicy } from "../pack/object-policy.ts";

/** As many pods as a workload has at the least whose number somebody else writes. */
const FEWEST_SCALED = 2;

const REMEDY = "Leave the strategy out, or set maxUnavailable to 0 and maxSurge to 1.";

const deployment = (replicas: number | null, strategy: object) => ({
  apiVersion: "apps/v1",
  kind: "Deployment",
  metadata: { name: "agent", namespace: "ai-agents" },
  spec: { replicas, strategy },
});
const rolling = (maxUnavailable: unknown) => ({ type: "RollingUpdate", rollingUpdate: { maxUnavailable } });

export const workloadLimitUnavailablePods = objectPolicy({
  name: "workload-limit-unavailable-pods",
  description: "An update takes some pods of a workload away, and not all at once.",
  severity: "high",
  controls: [{ framework: "nist", control: "CP-10, SC-5" }],
  reason:
    "However many replicas there are, an update that stops them all before the new ones answer is an outage, and no disruption budget " +
    "holds it up.",
  remedy: REMEDY,
  parameters: {},
  examples: {
    pass: [
      { what: "one new pod before an old one goes", objects: [deployment(2, rolling(0))] },
      { what: "the single pod of a workload", objects: [deployment(1, { type: "Recreate" })] },
    ],
    fail: [
      { what: "all pods stopped first", objects: [deployment(3, { type: "Recreate" })] },
      { what: "all pods at once", objects: [deployment(3, rolling("100%"))] },
      { what: "as many as there may be", objects: [deployment(null, rolling(2))] },
    ],
  },
  kinds: ["Deployment", "Rollout"],
  judge: judgeWorkload,
});

function judgeWorkload({ root }: Manifest): Finding[] {
  const replicas = root.at("spec", "replicas");
  if (replicas.value === 1) return [];
  const strategy = root.at("spec", "strategy");
  const findings = [
    ...judgeType(strategy.at("type")),
    // The second is where a Rollout has it.
    ...[strategy.at("rollingUpdate"), strategy.at("canary")].flatMap((update) =>
      judgeNumber(update.at("maxUnavailable"), replicas),
    ),
  ];
  return replicas.unknown && findings.length > 0 ? [undecided(replicas)] : findings;
}

function judgeType(type: Field): Finding[] {
  if (type.unknown) return [undecided(type)];
  if (type.value !== "Recreate") return [];
  return [violation(type, "the strategy Recreate stops every pod before the first new one starts.", REMEDY)];
}

function judgeNumber(field: Field, replicas: Field): Finding[] {
  if (field.unknown) return [undecided(field)];
  if (field.missing) return [];
  const fewest = Math.max(FEWEST_SCALED, Number(replicas.value ?? 0));
  const effect = effectOf(field.value, fewest);
  return effect === undefined
    ? []
    : [violation(field, `maxUnavailable is ${JSON.stringify(field.value)}, which ${effect}.`, REMEDY)];
}

/** Why so many are too many. Of a percentage Kubernetes takes the whole number of pods below. */
function effectOf(bound: unknown, fewest: number): string | undefined {
  const [pods, percent] = [wholeNumberOf(bound), percentOf(bound)];
  if (pods >= 0) return pods < fewest ? undefined : `may be all of ${fewest} pods`;
  if (Number.isNaN(percent)) return "is neither a number of pods nor a percentage";
  return percent < 100 ? undefined : "is all pods";
}
