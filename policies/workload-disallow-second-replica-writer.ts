import type { StackValidationPolicy } from "@pulumi/policy";
import { undecided } from "./finding.ts";
import { describeManifest } from "./manifest.ts";
import { compare, type Placed, place } from "./placed.ts";
import { SCALABLE_KINDS, scaleTargetOf } from "./replicas.ts";
import { rethrowUndecided } from "./undecided.ts";

const NAME = "workload-disallow-second-replica-writer";

/**
 * Two that write the number of pods undo each other's work: every update would take back what the autoscaler did, and two
 * autoscalers would pull at one workload.
 */
export const workloadDisallowSecondReplicaWriter: StackValidationPolicy = {
  name: NAME,
  description: "The number of pods of a workload is written by the workload itself or by one autoscaler.",
  enforcementLevel: "mandatory",
  validateStack: ({ resources }, reportViolation) => {
    const placed = resources.flatMap((resource) => place(NAME, resource));
    const autoscalers = placed.filter(({ manifest }) => scaleTargetOf(manifest) !== undefined);
    const doubts = placed.filter(isScalable).flatMap((workload) => {
      const { writers, unknown } = writersOf(workload, autoscalers);
      if (writers.length > 1) reportViolation(messageOf(workload, writers), workload.resource.urn);
      return writers.length + unknown.length > 1 && writers.length <= 1 ? unknown : [];
    });
    rethrowUndecided(doubts.map(undecided));
  },
};

function isScalable({ manifest }: Placed): boolean {
  return SCALABLE_KINDS.has(manifest.kind);
}

/** Who writes the number of pods, and what would have to be known about those who perhaps do. */
function writersOf(workload: Placed, autoscalers: readonly Placed[]) {
  const { root } = workload.manifest;
  const replicas = root.at("spec", "replicas");
  // An object that lives has the number that its autoscaler wrote: who stated it cannot be told any more.
  const isLive = !root.at("metadata", "uid").missing;
  const verdicts = autoscalers.map((autoscaler) => ({ autoscaler, verdict: compare(workload, autoscaler) }));
  const matches = verdicts.filter(({ verdict }) => verdict === "match");
  return {
    writers: [
      ...(replicas.missing || replicas.unknown || isLive ? [] : ["its own spec.replicas"]),
      ...matches.map(({ autoscaler }) => describeManifest(autoscaler.manifest)),
    ],
    unknown: [
      ...(replicas.unknown && !isLive ? [replicas] : []),
      ...verdicts.flatMap(({ verdict }) => (typeof verdict === "string" ? [] : [verdict.unknown])),
    ],
  };
}

function messageOf({ manifest }: Placed, writers: readonly string[]): string {
  return (
    `the number of pods of ${describeManifest(manifest)} is written by ${writers.join(" and by ")}: each would undo what ` +
    "the other did. Leave spec.replicas out where an autoscaler scales the workload, and keep one autoscaler for it."
  );
}
