import { METRICS } from "../contract.ts";
import type { MetricSpec, MetricsRegistry } from "./registry.ts";

export const FALLBACKS_TOTAL = {
  name: METRICS.fallbacksTotal,
  type: "counter",
  help: "Calls that a fallback model was tried for, by the model asked for and the model tried.",
  labels: ["from", "to"],
} as const satisfies MetricSpec;

export interface FallbackMetrics {
  /** Both are of a bounded set. */
  tried(from: string, to: string): void;
}

export function createFallbackMetrics(registry: MetricsRegistry): FallbackMetrics {
  const total = registry.counter(FALLBACKS_TOTAL);
  return { tried: (from, to) => total.with({ from, to }).inc() };
}
