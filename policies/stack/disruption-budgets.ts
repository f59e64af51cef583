import type { Placed, Stack } from "../manifests/stack.ts";
import type { UnknownValue } from "../scaling/scale-target.ts";
import { PodIndex, type Selected } from "./pod-index.ts";

/** Which budgets count the pods of a workload, and what would have to be known about others. */
export interface Budgets {
  readonly budgets: Placed[];
  readonly unknown: UnknownValue[];
}

/** One PodDisruptionBudget and the pods that it selects. */
export interface BudgetSelection {
  readonly budget: Placed;
  readonly selected: Selected;
}

/** What each PodDisruptionBudget of the stack selects. */
export function budgetSelections(stack: Stack): BudgetSelection[] {
  const index = new PodIndex(stack);
  return stack.ofKind("PodDisruptionBudget").map((budget) => ({
    budget,
    selected: index.selectedBy(budget, budget.manifest.root.at("spec", "selector")),
  }));
}

/** The budgets of each workload that has one or may have one. */
export function budgetsByWorkload(selections: readonly BudgetSelection[]): ReadonlyMap<Placed, Budgets> {
  const byWorkload = new Map<Placed, Budgets>();
  const of = (workload: Placed): Budgets => {
    const budgets = byWorkload.get(workload) ?? { budgets: [], unknown: [] };
    byWorkload.set(workload, budgets);
    return budgets;
  };
  for (const { budget, selected } of selections) {
    for (const { placed } of selected.groups) of(placed).budgets.push(budget);
    for (const { group, value } of selected.unknown) of(group.placed).unknown.push(value);
  }
  return byWorkload;
}
