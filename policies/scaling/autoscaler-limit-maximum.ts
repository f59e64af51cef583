import type { Field } from "../manifests/field.ts";
import { wholeNumberOf } from "../manifests/int-or-string.ts";
import type { Manifest } from "../manifests/manifest.ts";
import { type Finding, undecided, violation } from "../pack/finding.ts";
import { objectPolicy } from "../pack/object-policy.ts";
import { maximumOf, minimumOf } from "./replicas.ts";

interface Config {
  readonly maximumReplicas: number;
}

const REMEDY = "State a maximum that the budget of the stack and its upstream limits can carry.";

const METADATA = { name: "agent", namespace: "ai-agents" };
const hpa = (spec: object) => ({
  apiVersion: "autoscaling/v2",
  kind: "HorizontalPodAutoscaler",
  metadata: METADATA,
  spec,
});
const keda = (kind: string, spec: object) => ({
  apiVersion: "keda.sh/v1alpha1",
  kind,
  metadata: METADATA,
  spec,
});

export const autoscalerLimitMaximum = objectPolicy<Config>({
  name: "autoscaler-limit-maximum",
  description: "An autoscaler states a maximum that is bounded and not below its minimum.",
  severity: "high",
  controls: [{ framework: "nist", control: "SC-5, SC-6" }],
  reason:
    "A wrong signal or a flood scales a workload to its maximum: that is what it may cost and what it takes away from its neighbours. KEDA takes 100 where nothing is stated.",
  remedy: REMEDY,
  parameters: {
    maximumReplicas: {
      type: "integer",
      minimum: 1,
      default: 50,
      description: "The highest maximum of an autoscaler, in pods or jobs.",
    },
  },
  examples: {
    pass: [
      { what: "a bounded maximum", objects: [hpa({ minReplicas: 3, maxReplicas: 20 })] },
      { what: "a ScaledJob with a maximum", objects: [keda("ScaledJob", { maxReplicaCount: 10 })] },
    ],
    fail: [
      { what: "a maximum out of bounds", objects: [hpa({ minReplicas: 3, maxReplicas: 500 })] },
      {
        what: "no maximum, which KEDA takes for 100",
        objects: [keda("ScaledObject", { minReplicaCount: 2 })],
      },
      { what: "a maximum below the minimum", objects: [hpa({ minReplicas: 6, maxReplicas: 5 })] },
    ],
  },
  kinds: ["HorizontalPodAutoscaler", "ScaledObject", "ScaledJob"],
  judge: (manifest, { maximumReplicas }) => judgeMaximum(manifest, maximumReplicas),
});

function judgeMaximum(manifest: Manifest, bound: number): Finding[] {
  const { field, fallback } = maximumOf(manifest);
  if (field.unknown) return [undecided(field)];
  const maximum = wholeNumberOf(field.missing ? fallback : field.value);
  if (!(maximum >= 1 && maximum <= bound)) {
    return [
      violation(field, `it is ${shown(field, fallback)}.`, `Set it to a whole number from 1 to ${bound}.`),
    ];
  }
  return minimaOf(manifest).flatMap((minimum) => judgeOrder(minimum, field, maximum));
}

/** Jobs may go down to none, so their minimum is no matter of availability. */
function minimaOf(manifest: Manifest): Field[] {
  if (manifest.kind === "ScaledJob") return [manifest.root.at("spec", "minReplicaCount")];
  return minimumOf(manifest).map(({ field }) => field);
}

function judgeOrder(minimum: Field, field: Field, maximum: number): Finding[] {
  if (minimum.unknown) return [undecided(minimum)];
  if (minimum.missing || wholeNumberOf(minimum.value) <= maximum) return [];
  const reason = `it is ${maximum}, below the minimum ${JSON.stringify(minimum.value)} at ${minimum.path}.`;
  return [violation(field, reason, "Set it to the minimum or more.")];
}

function shown(field: Field, fallback: number | undefined): string {
  if (!field.missing) return JSON.stringify(field.value);
  return fallback === undefined ? "not set" : `not set, which means ${fallback}`;
}
