import { METRICS } from "../contract.ts";
import type { MetricSpec, MetricsRegistry } from "./registry.ts";

/** What is reloaded: the gateway's configuration, or the Cedar policies beside it. */
export type ReloadedFile = "gateway.yaml" | "policies";

export const CONFIG_RELOADS_TOTAL = {
  name: METRICS.configReloadsTotal,
  type: "counter",
  help: "Changes of mounted configuration files, by file (gateway.yaml, policies) and outcome (taken, refused). After a refused one the last good files stay in force.",
  labels: ["file", "outcome"],
} as const satisfies MetricSpec;

export interface ConfigReloadMetrics {
  taken(file: ReloadedFile): void;
  refused(file: ReloadedFile): void;
}

export function createConfigReloadMetrics(registry: MetricsRegistry): ConfigReloadMetrics {
  const total = registry.counter(CONFIG_RELOADS_TOTAL);
  return {
    taken: (file) => total.with({ file, outcome: "taken" }).inc(),
    refused: (file) => total.with({ file, outcome: "refused" }).inc(),
  };
}
