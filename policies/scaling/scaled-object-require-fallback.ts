import { wholeNumberOf } from "../manifests/int-or-string.ts";
import type { Manifest } from "../manifests/manifest.ts";
import { type Finding, undecided, violation } from "../pack/finding.ts";
import { objectPolicy } from "../pack/object-policy.ts";

interface Config {
  readonly minimumReplicas: number;
  readonly maximumFailures: number;
}

const REMEDY =
  "Add spec.fallback with failureThreshold, replicas of two or more, and the behavior currentReplicasIfHigher.";

const PROMETHEUS = { type: "prometheus", metadata: { query: "sum(rate(requests[1m]))", threshold: "10" } };
const CPU = { type: "cpu", metricType: "Utilization", metadata: { value: "70" } };
const scaledObject = (spec: object) => ({
  apiVersion: "keda.sh/v1alpha1",
  kind: "ScaledObject",
  metadata: { name: "agent", namespace: "ai-agents" },
  spec: { scaleTargetRef: { name: "agent" }, ...spec },
});
/**
 * The HorizontalPodAutoscaler reads CPU and memory itself, and holds while nobody answers: KEDA cannot fall back for them.
 * A timetable asks nobody.
 */
const WITHOUT_SOURCE: readonly unknown[] = ["cpu", "memory", "cron"];

export const scaledObjectRequireFallback = objectPolicy<Config>({
  name: "scaled-object-require-fallback",
  description: "A ScaledObject says how many pods run while the source of its signal does not answer.",
  severity: "high",
  controls: [{ framework: "nist", control: "CP-10, SI-17" }],
  reason:
    "While Prometheus or a queue is away the number of pods is frozen, at the minimum perhaps, when load grows. KEDA has no " +
    "fallback for CPU and memory, and a timetable asks nobody, so a ScaledObject with these alone needs none.",
  remedy: REMEDY,
  parameters: {
    minimumReplicas: {
      type: "integer",
      minimum: 1,
      default: 2,
      description: "The least number of pods to fall back to.",
    },
    maximumFailures: {
      type: "integer",
      minimum: 1,
      default: 10,
      description: "The most failures in a row before the fallback holds.",
    },
  },
  examples: {
    pass: [
      {
        what: "three pods while the source is away",
        objects: [scaledObject({ triggers: [PROMETHEUS], fallback: { failureThreshold: 3, replicas: 3 } })],
      },
      { what: "CPU alone, for which KEDA has no fallback", objects: [scaledObject({ triggers: [CPU] })] },
    ],
    fail: [
      { what: "no fallback", objects: [scaledObject({ triggers: [CPU, PROMETHEUS] })] },
      {
        what: "one pod while the source is away",
        objects: [scaledObject({ triggers: [PROMETHEUS], fallback: { failureThreshold: 3, replicas: 1 } })],
      },
    ],
  },
  kinds: ["ScaledObject"],
  judge: judgeFallback,
});

function judgeFallback(manifest: Manifest, { minimumReplicas, maximumFailures }: Config): Finding[] {
  const fallback = manifest.root.at("spec", "fallback");
  if (fallback.missing) return judgeAbsence(manifest);
  const bounds = [
    { field: fallback.at("failureThreshold"), least: 1, most: maximumFailures },
    { field: fallback.at("replicas"), least: minimumReplicas, most: Number.MAX_SAFE_INTEGER },
  ];
  return bounds.flatMap(({ field, least, most }) => {
    if (field.unknown) return [undecided(field)];
    const number = wholeNumberOf(field.value);
    if (number >= least && number <= most) return [];
    const reason = `it is ${field.missing ? "not set" : JSON.stringify(field.value)}.`;
    const range = most === Number.MAX_SAFE_INTEGER ? `of ${least} or more` : `from ${least} to ${most}`;
    return [violation(field, reason, `Set it to a whole number ${range}.`)];
  });
}

function judgeAbsence({ root }: Manifest): Finding[] {
  const types = root
    .at("spec", "triggers")
    .items()
    .map((trigger) => trigger.at("type"));
  if (types.some((type) => !type.unknown && !WITHOUT_SOURCE.includes(type.value))) {
    const reason =
      "it is not set, and the number of pods is left to chance while the source of the signal is away.";
    return [violation(root.at("spec", "fallback"), reason, REMEDY)];
  }
  return types.filter((type) => type.unknown).map(undecided);
}
