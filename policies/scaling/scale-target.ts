import type { Field } from "../manifests/field.ts";
import type { Placed } from "../manifests/stack.ts";
import { scaleTargetOf } from "./replicas.ts";

/** Whether the autoscaler scales the workload, or which value has to be known to tell. */
export function compare(workload: Placed, autoscaler: Placed): "match" | "other" | { unknown: Field } {
  const target = scaleTargetOf(autoscaler.manifest);
  if (target === undefined || workload.cluster !== autoscaler.cluster) return "other";
  const { root, kind } = workload.manifest;
  const pairs = [
    { wanted: root.at("metadata", "name"), got: target.name, fallback: "" },
    {
      wanted: root.at("metadata", "namespace"),
      got: autoscaler.manifest.root.at("metadata", "namespace"),
      fallback: "default",
    },
  ];
  if (!target.kind.unknown && (target.kind.text ?? "Deployment") !== kind) return "other";
  const known = pairs.filter(({ wanted, got }) => !wanted.unknown && !got.unknown);
  if (known.some(({ wanted, got, fallback }) => (wanted.text ?? fallback) !== (got.text ?? fallback)))
    return "other";
  const unknown = [target.kind, ...pairs.flatMap(({ wanted, got }) => [wanted, got])].find(
    (field) => field.unknown,
  );
  return unknown === undefined ? "match" : { unknown };
}
