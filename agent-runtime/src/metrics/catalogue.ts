import * as agentRequests from "./agent-requests.ts";
import * as breakers from "./breakers.ts";
import * as budgets from "./budgets.ts";
import * as cacheRequests from "./cache-requests.ts";
import * as configReloads from "./config-reloads.ts";
import * as errors from "./errors.ts";
import * as fallbacks from "./fallbacks.ts";
import * as gatewayTiming from "./gateway-timing.ts";
import * as genAi from "./gen-ai.ts";
import * as http from "./http.ts";
import * as limiterDecisions from "./limiter-decisions.ts";
import * as memoryUsed from "./memory-used.ts";
import { type MetricSpec, MetricsRegistry } from "./registry.ts";
import * as requestRate from "./request-rate.ts";
import * as shed from "./shed.ts";
import * as storeUp from "./store-up.ts";
import * as tokenUsage from "./token-usage.ts";
import * as upstreamFailures from "./upstream-failures.ts";
import * as upstreamHeadroom from "./upstream-headroom.ts";
import * as upstreamRetries from "./upstream-retries.ts";

/** Every metric of the platform's own; the process metrics of the library come beside them. */
export const METRIC_SPECS: readonly MetricSpec[] = [
  agentRequests.REQUESTS_TOTAL,
  agentRequests.REQUEST_DURATION,
  agentRequests.ACTIVE_COUNT,
  requestRate.REQUESTS_PER_SECOND,
  tokenUsage.TOKENS_USED_TOTAL,
  tokenUsage.API_COST_TOTAL,
  errors.ERRORS_TOTAL,
  gatewayTiming.GATEWAY_OVERHEAD_SECONDS,
  gatewayTiming.TIME_TO_FIRST_BYTE_SECONDS,
  limiterDecisions.LIMITER_DECISIONS_TOTAL,
  budgets.BUDGET_USED_RATIO,
  budgets.BUDGET_THRESHOLDS_TOTAL,
  breakers.BREAKER_STATE,
  upstreamFailures.UPSTREAM_FAILURES_TOTAL,
  upstreamRetries.UPSTREAM_RETRIES_TOTAL,
  fallbacks.FALLBACKS_TOTAL,
  upstreamHeadroom.UPSTREAM_HEADROOM_RATIO,
  cacheRequests.CACHE_REQUESTS_TOTAL,
  shed.SHED_TOTAL,
  memoryUsed.MEMORY_USED_RATIO,
  storeUp.STORE_UP,
  configReloads.CONFIG_RELOADS_TOTAL,
  genAi.GEN_AI_TOKEN_USAGE,
  genAi.GEN_AI_REQUEST_DURATION,
  genAi.GEN_AI_TIME_TO_FIRST_TOKEN,
  http.HTTP_REQUESTS_TOTAL,
  http.HTTP_REQUEST_DURATION,
];

/** The families that the parts of the program report to. */
export type Metrics = ReturnType<typeof createMetrics>;

export function createMetrics() {
  const registry = new MetricsRegistry();
  return {
    registry,
    agentRequests: agentRequests.createAgentRequestMetrics(registry),
    requestRate: requestRate.createRequestRate(registry),
    tokenUsage: tokenUsage.createTokenUsageMetrics(registry),
    errors: errors.createErrorMetrics(registry),
    gatewayTiming: gatewayTiming.createGatewayTimingMetrics(registry),
    limiter: limiterDecisions.createLimiterMetrics(registry),
    budgets: budgets.createBudgetMetrics(registry),
    breakers: breakers.createBreakerMetrics(registry),
    upstreamFailures: upstreamFailures.createUpstreamFailureMetrics(registry),
    upstreamRetries: upstreamRetries.createUpstreamRetryMetrics(registry),
    fallbacks: fallbacks.createFallbackMetrics(registry),
    upstreamHeadroom: upstreamHeadroom.createUpstreamHeadroomMetrics(registry),
    cacheRequests: cacheRequests.createCacheRequestMetrics(registry),
    shed: shed.createShedMetrics(registry),
    memoryUsed: memoryUsed.createMemoryUsedMetrics(registry),
    storeUp: storeUp.createStoreUpMetric(registry),
    configReloads: configReloads.createConfigReloadMetrics(registry),
    genAi: genAi.createGenAiMetrics(registry),
    http: http.createHttpMetrics(registry),
  };
}
