import type { PolicyResource, StackValidationPolicy } from "@pulumi/policy";
import type { Field } from "./field.ts";
import { undecided } from "./finding.ts";
import { contentOf, describeManifest, type Manifest } from "./manifest.ts";
import { SCALABLE_KINDS, scaleTargetOf } from "./replicas.ts";
import { refusal } from "./resource-policy.ts";
import { rethrowUndecided } from "./undecided.ts";

const NAME = "stack-require-autoscaler";

/** An object together with the resource that holds it and the cluster it goes to. */
interface Placed {
  readonly resource: PolicyResource;
  readonly manifest: Manifest;
  /** The provider's URN: the same names in two regions are two workloads. */
  readonly cluster: string;
}

/**
 * The second half of `workload-require-replicas`: only with all resources in sight can be said whether a workload
 * that leaves `replicas` out has an autoscaler. How low that may go is judged with the autoscaler itself.
 */
export const stackRequireAutoscaler: StackValidationPolicy = {
  name: NAME,
  description: "A workload without replicas has an autoscaler that writes them.",
  enforcementLevel: "mandatory",
  validateStack: ({ resources }, reportViolation) => {
    const placed = resources.flatMap(place);
    const autoscalers = placed.filter(({ manifest }) => scaleTargetOf(manifest) !== undefined);
    const doubts = new Map<string, Field[]>();
    for (const workload of placed.filter(leavesReplicasOut)) {
      const candidates = autoscalers.map((autoscaler) => compare(workload, autoscaler));
      if (candidates.includes("match")) continue;
      const unknown = candidates.flatMap((candidate) =>
        typeof candidate === "string" ? [] : [candidate.unknown],
      );
      if (unknown.length === 0) reportViolation(messageOf(workload), workload.resource.urn);
      else doubts.set(workload.resource.urn, unknown);
    }
    rethrowUndecided([...doubts.values()].flat().map(undecided), [...doubts.keys()].join(", "));
  },
};

function place(resource: PolicyResource): Placed[] {
  try {
    const cluster = resource.provider?.urn ?? "";
    return contentOf(resource.type, resource.props).manifests.map((manifest) => ({
      resource,
      manifest,
      cluster,
    }));
  } catch (cause) {
    throw refusal(NAME, resource.urn, cause);
  }
}

function leavesReplicasOut({ manifest }: Placed): boolean {
  return SCALABLE_KINDS.has(manifest.kind) && manifest.root.at("spec", "replicas").missing;
}

/** Whether the autoscaler scales the workload, or which value has to be known to tell. */
function compare(workload: Placed, autoscaler: Placed): "match" | "other" | { unknown: Field } {
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

function messageOf({ manifest }: Placed): string {
  return (
    `${describeManifest(manifest)} leaves spec.replicas out, and nothing in the stack scales it: it would run one pod. ` +
    "Set spec.replicas to two or more, or add a HorizontalPodAutoscaler or ScaledObject in the same namespace and " +
    "region whose scaleTargetRef names it."
  );
}
