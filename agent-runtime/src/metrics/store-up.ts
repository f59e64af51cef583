import { METRICS } from "../contract.ts";
import type { MetricSpec, MetricsRegistry } from "./registry.ts";

export const STORE_UP = {
  name: METRICS.storeUp,
  type: "gauge",
  help: "Whether the store of keys, limits and budgets answers commands now: 1 or 0.",
  labels: [],
} as const satisfies MetricSpec;

export interface StoreUpMetric {
  /** From now on the gauge shows what `isUp` says at each scrape. It shows 0 before. */
  watch(isUp: () => boolean): void;
}

export function createStoreUpMetric(registry: MetricsRegistry): StoreUpMetric {
  let sample = () => false;
  registry.sampledGauge(STORE_UP, () => Number(sample()));
  return {
    watch(isUp) {
      sample = isUp;
    },
  };
}
