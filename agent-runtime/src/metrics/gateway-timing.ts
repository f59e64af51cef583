import { METRICS } from "../contract.ts";
import { createModelLabel } from "./bounded-label.ts";
import type { MetricSpec, MetricsRegistry } from "./registry.ts";

export const GATEWAY_OVERHEAD_SECONDS = {
  name: METRICS.gatewayOverheadSeconds,
  type: "histogram",
  help: "Time that a gateway request took without waiting for the upstream, in seconds.",
  labels: ["operation"],
  buckets: [0.0001, 0.00025, 0.0005, 0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1],
} as const satisfies MetricSpec;

export const TIME_TO_FIRST_BYTE_SECONDS = {
  name: METRICS.timeToFirstByteSeconds,
  type: "histogram",
  help: "Time from a gateway request's arrival to the first byte of the upstream's answer, in seconds.",
  labels: ["model"],
  buckets: [0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30, 60],
} as const satisfies MetricSpec;

export interface GatewayTimingMetrics {
  /** @param operation one of the gateway's own, a closed set. */
  overhead(operation: string, seconds: number): void;
  firstByte(model: string, seconds: number): void;
}

export function createGatewayTimingMetrics(registry: MetricsRegistry): GatewayTimingMetrics {
  const overheads = registry.histogram(GATEWAY_OVERHEAD_SECONDS);
  const firstBytes = registry.histogram(TIME_TO_FIRST_BYTE_SECONDS);
  const modelLabel = createModelLabel();
  return {
    overhead: (operation, seconds) => overheads.with({ operation }).observe(seconds),
    firstByte: (model, seconds) => firstBytes.with({ model: modelLabel(model) }).observe(seconds),
  };
}
