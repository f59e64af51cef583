import { METRICS } from "../contract.ts";
import type { FailureClass } from "../resilience/failure-class.ts";
import type { MetricSpec, MetricsRegistry } from "./registry.ts";

export const UPSTREAM_FAILURES_TOTAL = {
  name: METRICS.upstreamFailuresTotal,
  type: "counter",
  help: "Attempts at the upstream that failed, by model and failure class. Alerts are chosen by the class.",
  labels: ["model", "class"],
} as const satisfies MetricSpec;

export interface UpstreamFailureMetrics {
  /** @param model one of a bounded set. */
  failed(model: string, failure: FailureClass): void;
}

export function createUpstreamFailureMetrics(registry: MetricsRegistry): UpstreamFailureMetrics {
  const total = registry.counter(UPSTREAM_FAILURES_TOTAL);
  return { failed: (model, failure) => total.with({ model, class: failure }).inc() };
}
