import type { Field } from "../manifests/field.ts";
import type { Placed } from "../manifests/stack.ts";
import { scaleTargetOf } from "./replicas.ts";

/** A value that is not known yet, and the object that holds it. */
export interface UnknownValue {
  readonly placed: Placed;
  readonly field: Field;
}

/** Kind that KEDA scales where a ScaledObject names none. */
export const DEFAULT_TARGET_KIND = "Deployment";

/** Whether the autoscaler scales the workload, or which value has to be known to tell. */
export function compare(workload: Placed, autoscaler: Placed): "match" | "other" | UnknownValue {
  const target = scaleTargetOf(autoscaler.manifest);
  if (workload.cluster !== autoscaler.cluster) return "other";
  const { root, kind } = workload.manifest;
  const pairs = [
    { wanted: root.at("metadata", "name"), got: target.name, fallback: "" },
    {
      wanted: root.at("metadata", "namespace"),
      got: autoscaler.manifest.root.at("metadata", "namespace"),
      fallback: "default",
    },
  ];
  if (!target.kind.unknown && (target.kind.text ?? DEFAULT_TARGET_KIND) !== kind) return "other";
  const known = pairs.filter(({ wanted, got }) => !wanted.unknown && !got.unknown);
  if (known.some(({ wanted, got, fallback }) => (wanted.text ?? fallback) !== (got.text ?? fallback)))
    return "other";
  const values = [
    { placed: autoscaler, field: target.kind },
    ...pairs.flatMap(({ wanted, got }) => [
      { placed: workload, field: wanted },
      { placed: autoscaler, field: got },
    ]),
  ];
  return values.find(({ field }) => field.unknown) ?? "match";
}
