import { METRICS } from "../contract.ts";
import type { MetricSpec, MetricsRegistry } from "./registry.ts";

export const LIMITER_DECISIONS_TOTAL = {
  name: METRICS.limiterDecisionsTotal,
  type: "counter",
  help: "Requests that asked for admission, by decision and by where it was taken: in the store, or in this process alone while the store was away.",
  labels: ["decision", "ledger"],
} as const satisfies MetricSpec;

/** `store-lost` says that the configuration refuses while the store is away. */
export type LimiterDecision =
  | "admitted"
  | "switched-off"
  | "rate-limited"
  | "too-many-at-once"
  | "over-budget"
  | "store-lost";

export interface LimiterMetrics {
  decided(decision: LimiterDecision, ledger: "store" | "process"): void;
}

export function createLimiterMetrics(registry: MetricsRegistry): LimiterMetrics {
  const total = registry.counter(LIMITER_DECISIONS_TOTAL);
  return { decided: (decision, ledger) => total.with({ decision, ledger }).inc() };
}
