import { METRICS } from "../contract.ts";
import { createBoundedLabel } from "./bounded-label.ts";
import type { MetricSpec, MetricsRegistry } from "./registry.ts";

export const BUDGET_USED_RATIO = {
  name: METRICS.budgetUsedRatio,
  type: "gauge",
  help: "Part of a budget that is spent or reserved, by scope (`fleet`, `tenant:acme`, …; sessions left out) and window, as this process saw it last, to the percent.",
  labels: ["scope", "window"],
} as const satisfies MetricSpec;

export const BUDGET_THRESHOLDS_TOTAL = {
  name: METRICS.budgetThresholdsTotal,
  type: "counter",
  help: "Thresholds (50, 80, 95 percent) that budgets passed, by kind of scope.",
  labels: ["scope_kind", "threshold"],
} as const satisfies MetricSpec;

/** Of agent types and keys. */
const MAX_SCOPES = 200;

/** Tenants are named by operators and issuers of tokens, not by callers: agent types that these invent take none of their places. */
const MAX_TENANTS = 1_000;

export interface BudgetMetrics {
  used(scope: string, window: string, ratio: number): void;
  thresholdPassed(scopeKind: string, threshold: number): void;
}

export function createBudgetMetrics(registry: MetricsRegistry): BudgetMetrics {
  const used = registry.gauge(BUDGET_USED_RATIO);
  const thresholds = registry.counter(BUDGET_THRESHOLDS_TOTAL);
  const tenantLabel = createBoundedLabel({ pattern: /^tenant:.{1,140}$/, maxValues: MAX_TENANTS });
  const otherLabel = createBoundedLabel({
    pattern: /^.{1,140}$/,
    maxValues: MAX_SCOPES,
    isReserved: (scope) => scope === "fleet",
  });
  const label = (scope: string) => (scope.startsWith("tenant:") ? tenantLabel(scope) : otherLabel(scope));
  return {
    used: (scope, window, ratio) => used.with({ scope: label(scope), window }).set(ratio),
    thresholdPassed: (scopeKind, threshold) =>
      thresholds.with({ scope_kind: scopeKind, threshold: String(threshold) }).inc(),
  };
}
