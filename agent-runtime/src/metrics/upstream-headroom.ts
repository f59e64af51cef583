import { METRICS } from "../contract.ts";
import type { GaugeChild, MetricSpec, MetricsRegistry } from "./registry.ts";

export const UPSTREAM_HEADROOM_RATIO = {
  name: METRICS.upstreamHeadroomRatio,
  type: "gauge",
  help: "What is left of the upstream's own rate limits, from 0 to 1, by model class (opus, sonnet, haiku, other) and kind (requests, input_tokens, output_tokens, tokens), as its last answer said.",
  labels: ["model_class", "kind"],
} as const satisfies MetricSpec;

export interface UpstreamHeadroomMetrics {
  ratioOf(modelClass: string, kind: string): GaugeChild;
}

export function createUpstreamHeadroomMetrics(registry: MetricsRegistry): UpstreamHeadroomMetrics {
  const ratio = registry.gauge(UPSTREAM_HEADROOM_RATIO);
  return { ratioOf: (modelClass, kind) => ratio.with({ model_class: modelClass, kind }) };
}
