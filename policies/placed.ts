import type { PolicyResource } from "@pulumi/policy";
import type { Field } from "./field.ts";
import { contentOf, type Manifest } from "./manifest.ts";
import { scaleTargetOf } from "./replicas.ts";
import { refusal } from "./resource-policy.ts";

/** An object together with the resource that holds it and the cluster it goes to. */
export interface Placed {
  readonly resource: PolicyResource;
  readonly manifest: Manifest;
  /** The provider's URN: the same names in two regions are two workloads. */
  readonly cluster: string;
}

/** The objects of a resource. @param policy its name, for the message where they cannot be read */
export function place(policy: string, resource: PolicyResource): Placed[] {
  try {
    const cluster = resource.provider?.urn ?? "";
    return contentOf(resource.type, resource.props).manifests.map((manifest) => ({
      resource,
      manifest,
      cluster,
    }));
  } catch (cause) {
    throw refusal(policy, resource.urn, cause);
  }
}

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
