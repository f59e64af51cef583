import { METRICS } from "../contract.ts";
import type { MetricSpec, MetricsRegistry } from "./registry.ts";

/** `heap`: of V8's heap limit. `rss`: of the container's memory limit, or of the machine's memory where there is none. */
export type MemoryKind = "heap" | "rss";

export const MEMORY_USED_RATIO = {
  name: METRICS.memoryUsedRatio,
  type: "gauge",
  help: "Memory in use by its limit, by kind: heap (V8's heap limit), rss (the container's memory limit). At 0.92 the process drains and ends.",
  labels: ["kind"],
} as const satisfies MetricSpec;

export interface MemoryUsedMetrics {
  used(kind: MemoryKind, ratio: number): void;
}

export function createMemoryUsedMetrics(registry: MetricsRegistry): MemoryUsedMetrics {
  const ratio = registry.gauge(MEMORY_USED_RATIO);
  return { used: (kind, value) => ratio.with({ kind }).set(value) };
}
