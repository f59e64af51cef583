import { DURATION_BUCKETS_SECONDS, METRICS } from "../contract.ts";
import type { MetricSpec, MetricsRegistry } from "./registry.ts";

/** How a gateway request ended: `rejected` is the caller's doing (4xx), `error` is not (5xx, broken stream). */
export type RequestStatus = "success" | "rejected" | "error" | "cancelled";

export const REQUESTS_TOTAL = {
  name: METRICS.requestsTotal,
  type: "counter",
  help: "Gateway requests that ended, by agent type, status (success, rejected, error, cancelled) and operation.",
  labels: ["agent_type", "status", "operation"],
} as const satisfies MetricSpec;

export const REQUEST_DURATION = {
  name: METRICS.requestDurationSeconds,
  type: "histogram",
  help: "Time from a gateway request's arrival to the end of its answer, in seconds.",
  labels: ["agent_type", "operation"],
  buckets: DURATION_BUCKETS_SECONDS,
} as const satisfies MetricSpec;

export const ACTIVE_COUNT = {
  name: METRICS.activeCount,
  type: "gauge",
  help: "Gateway requests being served now.",
  labels: ["agent_type"],
} as const satisfies MetricSpec;

interface EndedRequest {
  readonly agentType: string;
  readonly operation: string;
  readonly status: RequestStatus;
  readonly durationSeconds: number;
}

export interface AgentRequestMetrics {
  began(agentType: string): void;
  ended(request: EndedRequest): void;
  /** The counterpart of `began`. */
  left(agentType: string): void;
}

export function createAgentRequestMetrics(registry: MetricsRegistry): AgentRequestMetrics {
  const total = registry.counter(REQUESTS_TOTAL);
  const duration = registry.histogram(REQUEST_DURATION);
  const active = registry.gauge(ACTIVE_COUNT);
  return {
    began: (agentType) => active.with({ agent_type: agentType }).inc(),
    left: (agentType) => active.with({ agent_type: agentType }).dec(),
    ended({ agentType, operation, status, durationSeconds }) {
      total.with({ agent_type: agentType, status, operation }).inc();
      duration.with({ agent_type: agentType, operation }).observe(durationSeconds);
    },
  };
}
