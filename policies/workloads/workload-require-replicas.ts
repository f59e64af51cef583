import type { Field } from "../manifests/field.ts";
import { wholeNumberOf } from "../manifests/int-or-string.ts";
import type { Manifest } from "../manifests/manifest.ts";
import { type Finding, undecided, violation } from "../pack/finding.ts";
import { objectPolicy } from "../pack/object-policy.ts";
import { minimumOf, SCALABLE_KINDS } from "../scaling/replicas.ts";

interface Config {
  readonly minimumReplicas: number;
  readonly singleServers: readonly string[];
}

const PAUSED = "autoscaling.keda.sh/paused-replicas";

const SCALER = {
  apiVersion: "autoscaling/v2",
  kind: "HorizontalPodAutoscaler",
  metadata: { name: "agent", namespace: "ai-agents" },
};
const deployment = (spec: object) => ({
  apiVersion: "apps/v1",
  kind: "Deployment",
  metadata: { name: "agent", namespace: "ai-agents" },
  spec,
});

export const workloadRequireReplicas = objectPolicy<Config>({
  name: "workload-require-replicas",
  description: "A workload and its autoscaler never go below two replicas.",
  severity: "high",
  controls: [{ framework: "nist", control: "CP-10, SC-5" }],
  reason: "With one pod, every drained node, update or crash is an outage.",
  remedy:
    "Raise the number. A workload that an autoscaler scales leaves replicas out, so that one writer remains.",
  parameters: {
    minimumReplicas: {
      type: "integer",
      minimum: 1,
      default: 2,
      description: "The least number of replicas of a workload, and the least minimum of an autoscaler.",
    },
    singleServers: {
      type: "array",
      items: { type: "string" },
      // Production has none; the database of a small stage is one.
      default: [],
      description: "Names of workloads that are one server by design, such as the database of a small stage.",
    },
  },
  examples: {
    pass: [
      { what: "two replicas", objects: [deployment({ replicas: 2 })] },
      { what: "a workload that leaves the number to an autoscaler", objects: [deployment({})] },
      { what: "an autoscaler that keeps two", objects: [{ ...SCALER, spec: { minReplicas: 2 } }] },
    ],
    fail: [
      { what: "one replica", objects: [deployment({ replicas: 1 })] },
      { what: "an autoscaler without minimum, which means one", objects: [{ ...SCALER, spec: {} }] },
    ],
  },
  judge: judgeReplicas,
});

function judgeReplicas(manifest: Manifest, { minimumReplicas, singleServers }: Config): Finding[] {
  if (singleServers.includes(String(manifest.root.at("metadata", "name").value))) return [];
  if (SCALABLE_KINDS.has(manifest.kind)) return judgeWorkload(manifest, minimumReplicas);
  return [
    ...minimumOf(manifest).flatMap(({ field, fallback }) =>
      judgeCount(field, field.missing ? fallback : field.value, minimumReplicas),
    ),
    ...judgePause(manifest, minimumReplicas),
  ];
}

/** KEDA pauses at the number of an annotation, whatever the minimum is. */
function judgePause({ kind, root }: Manifest, minimum: number): Finding[] {
  const paused = root.at("metadata", "annotations", PAUSED);
  if (kind !== "ScaledObject" || paused.missing) return [];
  return judgeCount(paused, Number(paused.text), minimum);
}

/** A workload without `replicas` has declared that an autoscaler writes them; the stack's policy looks for it. */
function judgeWorkload({ root }: Manifest, minimum: number): Finding[] {
  const replicas = root.at("spec", "replicas");
  return replicas.missing ? [] : judgeCount(replicas, replicas.value, minimum);
}

function judgeCount(field: Field, count: unknown, minimum: number): Finding[] {
  if (field.unknown) return [undecided(field)];
  if (wholeNumberOf(count) >= minimum) return [];
  const got = field.missing ? `not set, which means ${String(count)}` : JSON.stringify(field.value);
  const reason = `it is ${got}, and the loss of one pod or node then stops the service.`;
  const remedy = `Set it to ${minimum} or more; a workload that an autoscaler scales leaves replicas out.`;
  return [violation(field, reason, remedy)];
}
