import type { Placed } from "../manifests/stack.ts";
import { violation } from "../pack/finding.ts";
import { type StackFinding, stackPolicy } from "../pack/stack-policy.ts";
import { Autoscalers } from "../scaling/autoscalers.ts";
import { SCALABLE_KINDS } from "../scaling/replicas.ts";
import type { UnknownValue } from "../scaling/scale-target.ts";
import { type Budgets, budgetSelections, budgetsByWorkload } from "./disruption-budgets.ts";
import { undecidedValues } from "./undecided-values.ts";

const REMEDY =
  "Add a PodDisruptionBudget with maxUnavailable 1 in the same namespace and region whose selector selects the labels of the pod template.";

const METADATA = { name: "agent", namespace: "ai-agents" };
const deployment = (spec: object) => ({
  apiVersion: "apps/v1",
  kind: "Deployment",
  metadata: METADATA,
  spec: { ...spec, template: { metadata: { labels: { app: "agent" } } } },
});
const budget = (matchLabels: object) => ({
  apiVersion: "policy/v1",
  kind: "PodDisruptionBudget",
  metadata: METADATA,
  spec: { maxUnavailable: 1, selector: { matchLabels } },
});
const SCALER = {
  apiVersion: "autoscaling/v2",
  kind: "HorizontalPodAutoscaler",
  metadata: METADATA,
  spec: { scaleTargetRef: { kind: "Deployment", name: "agent" } },
};

export const stackRequireDisruptionBudget = stackPolicy({
  name: "stack-require-disruption-budget",
  description: "A workload of two pods or more has a PodDisruptionBudget that selects its pods.",
  severity: "high",
  controls: [{ framework: "nist", control: "CP-10, SC-5" }],
  reason:
    "Without a budget the drain of nodes, as in an upgrade of the cluster, may evict all pods of a workload at once.",
  remedy: REMEDY,
  parameters: {},
  examples: {
    pass: [
      {
        what: "two pods and a budget that selects them",
        objects: [deployment({ replicas: 2 }), budget({ app: "agent" })],
      },
      {
        what: "one pod, which a budget could only keep from ever moving",
        objects: [deployment({ replicas: 1 })],
      },
    ],
    fail: [
      { what: "two pods without a budget", objects: [deployment({ replicas: 2 })] },
      { what: "a scaled workload without a budget", objects: [deployment({}), SCALER] },
      {
        what: "a budget that selects other pods",
        objects: [deployment({ replicas: 2 }), budget({ app: "other" })],
      },
    ],
  },
  judge: (stack) => {
    const budgets = budgetsByWorkload(budgetSelections(stack));
    const autoscalers = new Autoscalers(stack);
    return stack
      .ofKind(...SCALABLE_KINDS)
      .flatMap((workload) => judgeWorkload(workload, budgets.get(workload), autoscalers));
  },
});

function judgeWorkload(
  placed: Placed,
  budgets: Budgets | undefined,
  autoscalers: Autoscalers,
): StackFinding[] {
  if (budgets !== undefined && budgets.budgets.length > 0) return [];
  const several = runsSeveral(placed, autoscalers);
  if (several === "no") return [];
  const open = [...(several === "yes" ? [] : several), ...(budgets?.unknown ?? [])];
  if (open.length > 0) {
    return undecidedValues(open);
  }
  const reason =
    "no PodDisruptionBudget of its namespace selects its pods: a drain may evict them all at once.";
  return [{ placed, finding: violation(placed.manifest.root, reason, REMEDY) }];
}

/** Whether a workload runs two pods or more, or which values would tell. A scaled one does, whatever its minimum. */
function runsSeveral(workload: Placed, autoscalers: Autoscalers): "yes" | "no" | readonly UnknownValue[] {
  const replicas = workload.manifest.root.at("spec", "replicas");
  const { value } = replicas;
  const isFew = replicas.missing || (typeof value === "number" && value < 2);
  if (!isFew && !replicas.unknown) return "yes";
  const { autoscalers: scaling, unknown } = autoscalers.of(workload);
  if (scaling.length > 0) return "yes";
  const open = [...(replicas.unknown ? [{ placed: workload, field: replicas }] : []), ...unknown];
  return open.length > 0 ? open : "no";
}
