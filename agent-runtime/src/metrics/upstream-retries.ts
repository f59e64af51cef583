import { METRICS } from "../contract.ts";
import type { MetricSpec, MetricsRegistry } from "./registry.ts";

/** What became of a retry that the failure allowed. */
export type RetryOutcome = "retried" | "budget_exhausted" | "deadline";

export const UPSTREAM_RETRIES_TOTAL = {
  name: METRICS.upstreamRetriesTotal,
  type: "counter",
  help: "Retries that a failure allowed, by model and outcome: retried, budget_exhausted (retries are at most a tenth of the traffic), deadline (the wait would have passed the caller's deadline).",
  labels: ["model", "outcome"],
} as const satisfies MetricSpec;

export interface UpstreamRetryMetrics {
  /** @param model one of a bounded set. */
  decided(model: string, outcome: RetryOutcome): void;
}

export function createUpstreamRetryMetrics(registry: MetricsRegistry): UpstreamRetryMetrics {
  const total = registry.counter(UPSTREAM_RETRIES_TOTAL);
  return { decided: (model, outcome) => total.with({ model, outcome }).inc() };
}
