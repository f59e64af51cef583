import { describeManifest } from "../manifests/manifest.ts";
import type { Placed } from "../manifests/stack.ts";
import { undecided, violation } from "../pack/finding.ts";
import { type StackFinding, stackPolicy } from "../pack/stack-policy.ts";
import { Autoscalers } from "./autoscalers.ts";
import { SCALABLE_KINDS } from "./replicas.ts";

const REMEDY =
  "Leave spec.replicas out where an autoscaler scales the workload, and keep one autoscaler for it.";

const METADATA = { name: "agent", namespace: "ai-agents" };
const SCALER = {
  apiVersion: "autoscaling/v2",
  kind: "HorizontalPodAutoscaler",
  metadata: METADATA,
  spec: { scaleTargetRef: { kind: "Deployment", name: "agent" } },
};
const SCALED_OBJECT = {
  apiVersion: "keda.sh/v1alpha1",
  kind: "ScaledObject",
  metadata: METADATA,
  spec: { scaleTargetRef: { name: "agent" } },
};
const deployment = (spec: object) => ({
  apiVersion: "apps/v1",
  kind: "Deployment",
  metadata: METADATA,
  spec,
});

export const workloadDisallowSecondReplicaWriter = stackPolicy({
  name: "workload-disallow-second-replica-writer",
  description: "The number of pods of a workload is written by the workload itself or by one autoscaler.",
  severity: "high",
  controls: [{ framework: "nist", control: "CM-6" }],
  reason:
    "Two writers undo each other's work: every update takes back what the autoscaler did, and two autoscalers pull at one " +
    "workload. An object that lives already has the number that its autoscaler wrote, so its own replicas count only before it is made.",
  remedy: REMEDY,
  parameters: {},
  examples: {
    pass: [
      { what: "a workload that leaves the number to its autoscaler", objects: [deployment({}), SCALER] },
      { what: "a workload that states the number itself", objects: [deployment({ replicas: 2 })] },
    ],
    fail: [
      { what: "both state it", objects: [deployment({ replicas: 3 }), SCALER] },
      { what: "two autoscalers of one workload", objects: [deployment({}), SCALER, SCALED_OBJECT] },
    ],
  },
  judge: (stack) => {
    const autoscalers = new Autoscalers(stack);
    return stack.ofKind(...SCALABLE_KINDS).flatMap((workload) => judgeWorkload(workload, autoscalers));
  },
});

function judgeWorkload(placed: Placed, autoscalers: Autoscalers): StackFinding[] {
  const { writers, unknown } = writersOf(placed, autoscalers);
  if (writers.length > 1) {
    const reason = `the number of its pods is written by ${writers.join(" and by ")}: each would undo what the other did.`;
    return [{ placed, finding: violation(placed.manifest.root, reason, REMEDY) }];
  }
  const isOpen = writers.length + unknown.length > 1;
  return isOpen
    ? unknown.map(({ placed: owner, field }) => ({ placed: owner, finding: undecided(field) }))
    : [];
}

/** Who writes the number of pods, and what would have to be known about those who perhaps do. */
function writersOf(workload: Placed, autoscalers: Autoscalers) {
  const { root } = workload.manifest;
  const replicas = root.at("spec", "replicas");
  // An object that lives has the number that its autoscaler wrote, and a preview of one that is to be made, whose uid is not
  // known yet, the number that the API server fills in: who stated it cannot be told any more.
  const isLive = !root.at("metadata", "uid").missing;
  const scaledBy = autoscalers.of(workload);
  return {
    writers: [
      ...(replicas.missing || replicas.unknown || isLive ? [] : ["its own spec.replicas"]),
      ...scaledBy.autoscalers.map((autoscaler) => describeManifest(autoscaler.manifest)),
    ],
    unknown: [
      ...(replicas.unknown && !isLive ? [{ placed: workload, field: replicas }] : []),
      ...scaledBy.unknown,
    ],
  };
}
