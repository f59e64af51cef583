import { METRICS } from "../contract.ts";
import type { Severity } from "../errors.ts";
import type { MetricSpec, MetricsRegistry } from "./registry.ts";

export const ERRORS_TOTAL = {
  name: METRICS.errorsTotal,
  type: "counter",
  help: "Gateway requests that were not answered as asked. `error_type` is a code of the error table, or `upstream_` and the upstream's own error type.",
  labels: ["agent_type", "error_type", "severity"],
} as const satisfies MetricSpec;

export interface ErrorMetrics {
  failed(failure: { agentType: string; errorType: string; severity: Severity }): void;
}

export function createErrorMetrics(registry: MetricsRegistry): ErrorMetrics {
  const total = registry.counter(ERRORS_TOTAL);
  return {
    failed: ({ agentType, errorType, severity }) =>
      total.with({ agent_type: agentType, error_type: errorType, severity }).inc(),
  };
}
