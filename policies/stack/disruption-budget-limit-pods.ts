import type { Field } from "../manifests/field.ts";
import { percentOf } from "../manifests/int-or-string.ts";
import type { Placed } from "../manifests/stack.ts";
import { violation } from "../pack/finding.ts";
import { type StackFinding, stackPolicy } from "../pack/stack-policy.ts";
import { Autoscalers } from "../scaling/autoscalers.ts";
import { SCALABLE_KINDS } from "../scaling/replicas.ts";
import { type BudgetSelection, budgetSelections } from "./disruption-budgets.ts";
import { minimumPods } from "./minimum-pods.ts";
import { undecidedValues } from "./undecided-values.ts";

const REMEDY = "Set maxUnavailable to 1 and leave minAvailable out, or run more pods.";

const METADATA = { name: "agent", namespace: "ai-agents" };
const deployment = (replicas: number) => ({
  apiVersion: "apps/v1",
  kind: "Deployment",
  metadata: METADATA,
  spec: { replicas, template: { metadata: { labels: { app: "agent" } } } },
});
const budget = (bounds: object) => ({
  apiVersion: "policy/v1",
  kind: "PodDisruptionBudget",
  metadata: METADATA,
  spec: { ...bounds, selector: { matchLabels: { app: "agent" } } },
});

export const disruptionBudgetLimitPods = stackPolicy({
  name: "disruption-budget-limit-pods",
  description:
    "A PodDisruptionBudget lets a pod be evicted and keeps another, at the lowest number of pods that it selects.",
  severity: "high",
  controls: [{ framework: "nist", control: "CP-10, SC-5" }],
  reason:
    "A bound that suits ten pods can forbid every eviction of two, which holds up the drain of nodes for ever, or allow all at once.",
  remedy: REMEDY,
  parameters: {},
  examples: {
    pass: [
      { what: "one of three at a time", objects: [deployment(3), budget({ maxUnavailable: 1 })] },
      { what: "half of three, which are two", objects: [deployment(3), budget({ minAvailable: "50%" })] },
    ],
    fail: [
      { what: "two of two needed", objects: [deployment(2), budget({ minAvailable: 2 })] },
      {
        what: "nine tenths of three, which are three",
        objects: [deployment(3), budget({ minAvailable: "90%" })],
      },
      { what: "three of three at once", objects: [deployment(3), budget({ maxUnavailable: 3 })] },
    ],
  },
  judge: (stack) => {
    const autoscalers = new Autoscalers(stack);
    return budgetSelections(stack).flatMap((selection) => judgeBudget(selection, autoscalers));
  },
});

function judgeBudget({ budget, selected }: BudgetSelection, autoscalers: Autoscalers): StackFinding[] {
  const workloads = selected.groups.map(({ placed }) => placed);
  // How many pods others run is not in their manifests.
  if (!workloads.every(({ manifest }) => SCALABLE_KINDS.has(manifest.kind))) return [];
  const minima = workloads.map((workload) => minimumPods(workload, autoscalers));
  const bound = boundOf(budget);
  if (bound === undefined) return [];
  const open = [
    ...(bound.field.unknown ? [{ placed: budget, field: bound.field }] : []),
    ...minima.flatMap((minimum) => (typeof minimum === "object" ? minimum : [])),
    ...selected.unknown.map(({ value }) => value),
  ];
  if (open.length > 0) return undecidedValues(open);
  const pods = minima.reduce<number>((sum, minimum) => sum + Number(minimum), 0);
  const effect = effectOf(bound, pods);
  if (effect === undefined) return [];
  const reason = `${bound.name} is ${JSON.stringify(bound.field.value)}, which ${effect} at the lowest number of pods that it selects, ${pods}.`;
  return [{ placed: budget, finding: violation(bound.field, reason, REMEDY) }];
}

interface Bound {
  readonly name: "maxUnavailable" | "minAvailable";
  readonly field: Field;
}

/** The bound to judge: not that of a budget with none or with two, which disruption-budget-limit-availability refuses. */
function boundOf({ manifest }: Placed): Bound | undefined {
  const bounds = (["maxUnavailable", "minAvailable"] as const).map((name) => ({
    name,
    field: manifest.root.at("spec", name),
  }));
  const [bound, second] = bounds.filter(({ field }) => !field.missing && !field.unknown);
  // One pod at a time suits every number of them, known or not.
  const isOneAtATime = bound?.name === "maxUnavailable" && bound.field.value === 1;
  if (second !== undefined || isOneAtATime) return undefined;
  // What is not known yet may turn out to be left out, or to be the only one.
  return bounds.find(({ field }) => field.unknown) ?? bound;
}

/** What a bound means for so many pods, where it is not what a budget is for. */
function effectOf({ name, field }: Bound, pods: number): string | undefined {
  const share = shareOf(field.value, pods);
  if (pods === 0) return undefined;
  const kept = name === "minAvailable" ? share : pods - share;
  if (kept >= pods) return "forbids every eviction";
  // A single pod cannot be evicted without its being gone.
  return kept <= 0 && pods > 1 ? "lets all be evicted at once" : undefined;
}

/** Of a percentage the disruption controller takes the next whole number of pods; of anything else there is no number. */
function shareOf(bound: unknown, pods: number): number {
  if (typeof bound === "number") return bound;
  return Math.ceil((percentOf(bound) * pods) / 100);
}
