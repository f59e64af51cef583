import type { Field } from "../manifests/field.ts";
import type { Manifest } from "../manifests/manifest.ts";

/** Kinds of workloads with a `spec.replicas`, which all default to one. */
export const SCALABLE_KINDS: ReadonlySet<string> = new Set([
  "Deployment",
  "StatefulSet",
  "ReplicaSet",
  "ReplicationController",
  "Rollout",
]);

/** Kinds of objects that write the replicas of a workload. */
export const AUTOSCALER_KINDS = ["HorizontalPodAutoscaler", "ScaledObject"] as const;

/** A lower bound that an autoscaler sets, with what holds where it is missing. */
export interface Minimum {
  readonly field: Field;
  readonly fallback: number;
}

/** The lower bounds of an autoscaler; none for every other kind. */
export function minimumOf({ kind, root }: Manifest): Minimum[] {
  const spec = root.at("spec");
  switch (kind) {
    case "HorizontalPodAutoscaler":
      return [{ field: spec.at("minReplicas"), fallback: 1 }];
    case "ScaledObject": {
      const idle = spec.at("idleReplicaCount");
      const minimum = { field: spec.at("minReplicaCount"), fallback: 0 };
      return idle.missing ? [minimum] : [minimum, { field: idle, fallback: 0 }];
    }
    default:
      return [];
  }
}

/** The upper bound of an autoscaler, with what holds where it is missing; a HorizontalPodAutoscaler has to state one. */
export function maximumOf({ kind, root }: Manifest): { readonly field: Field; readonly fallback?: number } {
  const spec = root.at("spec");
  if (kind === "HorizontalPodAutoscaler") return { field: spec.at("maxReplicas") };
  return { field: spec.at("maxReplicaCount"), fallback: 100 };
}

/** Which workload an autoscaler scales. */
export function scaleTargetOf({ root }: Manifest): { kind: Field; name: Field } {
  const target = root.at("spec", "scaleTargetRef");
  return { kind: target.at("kind"), name: target.at("name") };
}
