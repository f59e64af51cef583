import { METRICS } from "../contract.ts";
import type { GaugeChild, MetricSpec, MetricsRegistry } from "./registry.ts";

export const BREAKER_STATE = {
  name: METRICS.breakerState,
  type: "gauge",
  help: "State of the circuit breaker of an upstream model in this process: 0 closed, 1 half-open, 2 open.",
  labels: ["model"],
} as const satisfies MetricSpec;

export interface BreakerMetrics {
  /** @param model one of a bounded set. */
  stateOf(model: string): GaugeChild;
}

export function createBreakerMetrics(registry: MetricsRegistry): BreakerMetrics {
  const state = registry.gauge(BREAKER_STATE);
  return { stateOf: (model) => state.with({ model }) };
}
