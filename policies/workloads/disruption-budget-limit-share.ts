import type { Field } from "../manifests/field.ts";
import { describeManifest } from "../manifests/manifest.ts";
import type { Placed } from "../manifests/stack.ts";
import { undecided, violation } from "../pack/finding.ts";
import { type StackFinding, stackPolicy } from "../pack/stack-policy.ts";
import { Autoscalers } from "../scaling/autoscalers.ts";
import { SCALABLE_KINDS } from "../scaling/replicas.ts";
import { type BudgetSelection, budgetSelections } from "../stack/disruption-budgets.ts";
import { boundOf, evictableOf } from "./disruption-bound.ts";
import { fewestPods } from "./fewest-pods.ts";

const REMEDY =
  "Set maxUnavailable to 1; a share that is rounded up, or a number that an autoscaler goes down to, may be all pods or none.";

const METADATA = { name: "agent", namespace: "ai-agents" };
const labels = { app: "agent" };
const deployment = (replicas: number) => ({
  apiVersion: "apps/v1",
  kind: "Deployment",
  metadata: METADATA,
  spec: { replicas, template: { metadata: { labels } } },
});
const budget = (spec: object) => ({
  apiVersion: "policy/v1",
  kind: "PodDisruptionBudget",
  metadata: METADATA,
  spec: { ...spec, selector: { matchLabels: labels } },
});

export const disruptionBudgetLimitShare = stackPolicy({
  name: "disruption-budget-limit-share",
  description:
    "Of the pods that there are at the least, a disruption budget lets some be evicted, and not all.",
  severity: "high",
  controls: [{ framework: "nist", control: "CP-10, SC-5" }],
  reason:
    "Whether a number of pods is some or all, only the workload tells. A budget that needs every pod keeps nodes from being drained; " +
    "one that needs none protects nothing.",
  remedy: REMEDY,
  parameters: {},
  examples: {
    pass: [
      { what: "two of three pods needed", objects: [deployment(3), budget({ minAvailable: 2 })] },
      { what: "half of two pods needed", objects: [deployment(2), budget({ minAvailable: "50%" })] },
    ],
    fail: [
      { what: "as many pods needed as there are", objects: [deployment(3), budget({ minAvailable: 3 })] },
      {
        what: "a share that is rounded up to all",
        objects: [deployment(3), budget({ minAvailable: "70%" })],
      },
      { what: "as many evicted as there are", objects: [deployment(2), budget({ maxUnavailable: 2 })] },
    ],
  },
  judge: (stack) => {
    const autoscalers = new Autoscalers(stack);
    return budgetSelections(stack).flatMap((selection) => judgeBudget(selection, autoscalers));
  },
});

/** Numbers that are none, both bounds at once and neither are refused in the budget itself. */
function judgeBudget(
  { budget: placed, selected }: BudgetSelection,
  autoscalers: Autoscalers,
): StackFinding[] {
  const workloads = selected.groups.map((group) => group.placed);
  // How many pods operators, Jobs and DaemonSets have is in no manifest.
  if (workloads.some(({ manifest }) => !SCALABLE_KINDS.has(manifest.kind))) return [];
  const bound = boundOf(placed.manifest);
  if (bound === undefined) return [];
  if (bound.field.unknown) return [{ placed, finding: undecided(bound.field) }];
  // One pod at a time is right for every number of pods.
  if (bound.name === "maxUnavailable" && bound.field.value === 1) return [];
  const counts = workloads.map((workload) => fewestPods(workload, autoscalers));
  const open = [
    ...selected.unknown.map(({ value }) => value),
    ...counts.filter((count) => typeof count !== "number"),
  ];
  if (open.length > 0)
    return open.map((value) => ({ placed: value.placed, finding: undecided(value.field) }));
  const pods = counts.filter((count) => typeof count === "number").reduce((sum, count) => sum + count, 0);
  return judgeCount(placed, workloads, bound, pods);
}

function judgeCount(
  placed: Placed,
  workloads: readonly Placed[],
  bound: { readonly name: "maxUnavailable" | "minAvailable"; readonly field: Field },
  pods: number,
): StackFinding[] {
  const evictable = evictableOf(bound, pods);
  const isNone = evictable <= 0 && pods > 0;
  // The single pod of a workload goes with its node in any case.
  const isAll = evictable >= pods && pods > 1;
  if (!isNone && !isAll) return [];
  const effect = isNone ? "forbids every eviction" : "lets all of them be evicted at once";
  const names = workloads.map(({ manifest }) => describeManifest(manifest)).join(" and ");
  const value = JSON.stringify(bound.field.value);
  const reason = `${bound.name} is ${value} for the ${pods} pods that ${names} has at the least, which ${effect}.`;
  return [{ placed, finding: violation(bound.field, reason, REMEDY) }];
}
