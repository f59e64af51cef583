import { METRICS } from "../contract.ts";
import type { MetricSpec, MetricsRegistry } from "./registry.ts";

/** What there was too much of. */
export type ShedReason = "event_loop" | "requests" | "bytes";

export const SHED_TOTAL = {
  name: METRICS.shedTotal,
  type: "counter",
  help: "Requests refused with 529 because this process is overloaded, by reason (event_loop, requests, bytes).",
  labels: ["reason"],
} as const satisfies MetricSpec;

export interface ShedMetrics {
  shed(reason: ShedReason): void;
}

export function createShedMetrics(registry: MetricsRegistry): ShedMetrics {
  const total = registry.counter(SHED_TOTAL);
  return { shed: (reason) => total.with({ reason }).inc() };
}
