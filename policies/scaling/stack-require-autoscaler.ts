import type { Placed } from "../manifests/stack.ts";
import { undecided, violation } from "../pack/finding.ts";
import { type StackFinding, stackPolicy } from "../pack/stack-policy.ts";
import { Autoscalers } from "./autoscalers.ts";
import { SCALABLE_KINDS } from "./replicas.ts";

const REMEDY =
  "Set spec.replicas to two or more, or add a HorizontalPodAutoscaler or ScaledObject in the same namespace and region whose scaleTargetRef names the workload.";

const DEPLOYMENT = {
  apiVersion: "apps/v1",
  kind: "Deployment",
  metadata: { name: "agent", namespace: "ai-agents" },
  spec: { template: {} },
};
const SCALER = {
  apiVersion: "autoscaling/v2",
  kind: "HorizontalPodAutoscaler",
  metadata: { name: "agent", namespace: "ai-agents" },
  spec: { minReplicas: 2, scaleTargetRef: { apiVersion: "apps/v1", kind: "Deployment", name: "agent" } },
};

/**
 * The second half of `workload-require-replicas`: only with all resources in sight can be said whether a workload
 * that leaves `replicas` out has an autoscaler. How low that may go is judged with the autoscaler itself.
 */
export const stackRequireAutoscaler = stackPolicy({
  name: "stack-require-autoscaler",
  description: "A workload without replicas has an autoscaler that writes them.",
  severity: "high",
  controls: [{ framework: "nist", control: "CP-10, SC-5" }],
  reason:
    "Without a writer the API server fills in one replica, and the loss of one pod or node is an outage.",
  remedy: REMEDY,
  parameters: {},
  examples: {
    pass: [{ what: "a Deployment without replicas and its autoscaler", objects: [DEPLOYMENT, SCALER] }],
    fail: [
      { what: "a Deployment without replicas and nothing that scales it", objects: [DEPLOYMENT] },
      {
        what: "an autoscaler of another workload",
        objects: [
          DEPLOYMENT,
          { ...SCALER, spec: { ...SCALER.spec, scaleTargetRef: { kind: "Deployment", name: "other" } } },
        ],
      },
    ],
  },
  judge: (stack) => {
    const autoscalers = new Autoscalers(stack);
    return stack.ofKind(...SCALABLE_KINDS).flatMap((workload) => judgeWorkload(workload, autoscalers));
  },
});

function judgeWorkload(placed: Placed, autoscalers: Autoscalers): StackFinding[] {
  const replicas = placed.manifest.root.at("spec", "replicas");
  if (!replicas.missing && !replicas.unknown) return [];
  const scaledBy = autoscalers.of(placed);
  if (scaledBy.autoscalers.length > 0) return [];
  // What is not known yet may turn out to be left out.
  const unknown = [...(replicas.unknown ? [{ placed, field: replicas }] : []), ...scaledBy.unknown];
  if (unknown.length > 0) {
    return unknown.map(({ placed: owner, field }) => ({ placed: owner, finding: undecided(field) }));
  }
  const reason = "it leaves spec.replicas out, and nothing in the stack scales it: it would run one pod.";
  return [{ placed, finding: violation(placed.manifest.root, reason, REMEDY) }];
}
