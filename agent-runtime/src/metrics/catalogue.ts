import {
  ACTIVE_COUNT,
  type AgentRequestMetrics,
  createAgentRequestMetrics,
  REQUEST_DURATION,
  REQUESTS_TOTAL,
} from "./agent-requests.ts";
import { createErrorMetrics, ERRORS_TOTAL, type ErrorMetrics } from "./errors.ts";
import { createHttpMetrics, HTTP_REQUEST_DURATION, HTTP_REQUESTS_TOTAL, type HttpMetrics } from "./http.ts";
import { type MetricSpec, MetricsRegistry } from "./registry.ts";
import { createRequestRate, REQUESTS_PER_SECOND, type RequestRate } from "./request-rate.ts";
import {
  API_COST_TOTAL,
  createTokenUsageMetrics,
  TOKENS_USED_TOTAL,
  type TokenUsageMetrics,
} from "./token-usage.ts";

/** Every metric of the platform's own; the process metrics of the library come beside them. */
export const METRIC_SPECS: readonly MetricSpec[] = [
  REQUESTS_TOTAL,
  REQUEST_DURATION,
  ACTIVE_COUNT,
  REQUESTS_PER_SECOND,
  TOKENS_USED_TOTAL,
  API_COST_TOTAL,
  ERRORS_TOTAL,
  HTTP_REQUESTS_TOTAL,
  HTTP_REQUEST_DURATION,
];

/** The families that the gateway reports to. */
export interface Metrics {
  readonly registry: MetricsRegistry;
  readonly agentRequests: AgentRequestMetrics;
  readonly requestRate: RequestRate;
  readonly tokenUsage: TokenUsageMetrics;
  readonly errors: ErrorMetrics;
  readonly http: HttpMetrics;
}

export function createMetrics(): Metrics {
  const registry = new MetricsRegistry();
  return {
    registry,
    agentRequests: createAgentRequestMetrics(registry),
    requestRate: createRequestRate(registry),
    tokenUsage: createTokenUsageMetrics(registry),
    errors: createErrorMetrics(registry),
    http: createHttpMetrics(registry),
  };
}
