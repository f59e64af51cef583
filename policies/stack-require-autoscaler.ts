import type { StackValidationPolicy } from "@pulumi/policy";
import type { Field } from "./field.ts";
import { undecided } from "./finding.ts";
import { describeManifest } from "./manifest.ts";
import { compare, type Placed, place } from "./placed.ts";
import { SCALABLE_KINDS, scaleTargetOf } from "./replicas.ts";
import { rethrowUndecided } from "./undecided.ts";

const NAME = "stack-require-autoscaler";

/**
 * The second half of `workload-require-replicas`: only with all resources in sight can be said whether a workload
 * that leaves `replicas` out has an autoscaler. How low that may go is judged with the autoscaler itself.
 */
export const stackRequireAutoscaler: StackValidationPolicy = {
  name: NAME,
  description: "A workload without replicas has an autoscaler that writes them.",
  enforcementLevel: "mandatory",
  validateStack: ({ resources }, reportViolation) => {
    const placed = resources.flatMap((resource) => place(NAME, resource));
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

function leavesReplicasOut({ manifest }: Placed): boolean {
  return SCALABLE_KINDS.has(manifest.kind) && manifest.root.at("spec", "replicas").missing;
}

function messageOf({ manifest }: Placed): string {
  return (
    `${describeManifest(manifest)} leaves spec.replicas out, and nothing in the stack scales it: it would run one pod. ` +
    "Set spec.replicas to two or more, or add a HorizontalPodAutoscaler or ScaledObject in the same namespace and " +
    "region whose scaleTargetRef names it."
  );
}
