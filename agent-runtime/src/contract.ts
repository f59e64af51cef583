/**
 * What the stack, the policies and the runtime must agree on, written once.
 * Nothing else is shared between them, and this file imports nothing.
 */

/** Service and image name, also the value of the `app` label. */
export const APP = "claude-agent";

/** Kubernetes namespace of every region. */
export const NAMESPACE = "ai-agents";

/** Name of the coordinator's Deployment, Service, ServiceAccount, ConfigMap and PodDisruptionBudget. */
export const COORDINATOR = "claude-agent-coordinator";

/** Container ports by name. `ops` listens on loopback only, unless told otherwise. */
export const PORTS = { http: 8080, metrics: 9090, ops: 3333 } as const;

/** HTTP paths that probes, scrapers and clients rely on. */
export const PATHS = {
  health: "/health",
  ready: "/ready",
  startup: "/startup",
  metrics: "/metrics",
  messages: "/v1/messages",
  models: "/v1/models",
  countTokens: "/v1/messages/count_tokens",
} as const;

/** Where the ConfigMap is mounted in the container. */
export const CONFIG_MOUNT_PATH = "/app/config";

/** Limits, budgets, caches and fallbacks of the gateway, below `CONFIG_DIR`. Absent: the defaults of its schema. */
export const GATEWAY_CONFIG_FILE = "gateway.yaml";

/** Environment variables that the stack sets and `env.ts` reads. */
export const ENV = {
  role: "ROLE",
  region: "REGION",
  environment: "ENVIRONMENT",
  serviceVersion: "SERVICE_VERSION",
  agentType: "AGENT_TYPE",
  host: "HOST",
  httpPort: "HTTP_PORT",
  metricsPort: "METRICS_PORT",
  opsHost: "OPS_HOST",
  opsPort: "OPS_PORT",
  configDir: "CONFIG_DIR",
  dataDir: "DATA_DIR",
  logLevel: "LOG_LEVEL",
  upstream: "UPSTREAM",
  anthropicBaseUrl: "ANTHROPIC_BASE_URL",
  anthropicApiKey: "ANTHROPIC_API_KEY",
  anthropicApiKeyFile: "ANTHROPIC_API_KEY_FILE",
  gatewayKeySha256: "GATEWAY_KEY_SHA256",
  keyHashSecret: "KEY_HASH_SECRET",
  redisUrl: "REDIS_URL",
  redisPassword: "REDIS_PASSWORD",
  databaseUrl: "DATABASE_URL",
  maxTurnSeconds: "MAX_TURN_SECONDS",
  preStopSeconds: "PRE_STOP_SECONDS",
  firstByteTimeoutSeconds: "FIRST_BYTE_TIMEOUT_SECONDS",
  idleTimeoutSeconds: "IDLE_TIMEOUT_SECONDS",
  maxBodyBytes: "MAX_BODY_BYTES",
  maxInFlightBytes: "MAX_IN_FLIGHT_BYTES",
  maxConcurrentRequests: "MAX_CONCURRENT_REQUESTS",
  otelDisabled: "OTEL_SDK_DISABLED",
  otelEndpoint: "OTEL_EXPORTER_OTLP_ENDPOINT",
  otelTracesEndpoint: "OTEL_EXPORTER_OTLP_TRACES_ENDPOINT",
  otelTracesExporter: "OTEL_TRACES_EXPORTER",
  otelServiceName: "OTEL_SERVICE_NAME",
} as const;

/** Request and response headers of the platform. */
export const HEADERS = {
  requestId: "request-id",
  upstreamRequestId: "x-upstream-request-id",
  agentType: "x-claude-agent-type",
  session: "x-claude-agent-session",
  region: "x-claude-agent-region",
  simulated: "x-claude-agent-simulated",
  deadlineMs: "x-claude-agent-deadline-ms",
  cache: "x-claude-agent-cache",
  fallback: "x-claude-agent-fallback",
  limitReset: "x-claude-agent-limit-reset",
  decidedBy: "x-claude-agent-decided-by",
  shouldRetry: "x-should-retry",
} as const;

/** What the type of an agent may be called. */
export const AGENT_TYPE = /^[a-z0-9][a-z0-9._-]{0,62}$/;

/** Agent type of requests that name none, where the deployment is not for one class of agents. */
export const DEFAULT_AGENT_TYPE = "direct";

/** Metric names that rules and dashboards query. */
export const METRICS = {
  requestsTotal: "claude_agent_requests_total",
  requestDurationSeconds: "claude_agent_request_duration_seconds",
  activeCount: "claude_agent_active_count",
  tokensUsedTotal: "claude_agent_tokens_used_total",
  apiCostTotal: "claude_agent_api_cost_total",
  errorsTotal: "claude_agent_errors_total",
  requestsPerSecond: "claude_agent_requests_per_second",
  gatewayOverheadSeconds: "claude_agent_gateway_overhead_seconds",
  timeToFirstByteSeconds: "claude_agent_time_to_first_byte_seconds",
  budgetUsedRatio: "claude_agent_budget_used_ratio",
  budgetThresholdsTotal: "claude_agent_budget_thresholds_total",
  limiterDecisionsTotal: "claude_agent_limiter_decisions_total",
  breakerState: "claude_agent_breaker_state",
  upstreamFailuresTotal: "claude_agent_upstream_failures_total",
  upstreamRetriesTotal: "claude_agent_upstream_retries_total",
  fallbacksTotal: "claude_agent_fallbacks_total",
  upstreamHeadroomRatio: "claude_agent_upstream_headroom_ratio",
  cacheRequestsTotal: "claude_agent_cache_requests_total",
  shedTotal: "claude_agent_shed_total",
  storeUp: "claude_agent_store_up",
  configReloadsTotal: "claude_agent_config_reloads_total",
  memoryUsedRatio: "claude_agent_memory_used_ratio",
  genAiTokenUsage: "gen_ai_server_token_usage",
  genAiRequestDurationSeconds: "gen_ai_server_request_duration_seconds",
  genAiTimeToFirstTokenSeconds: "gen_ai_server_time_to_first_token_seconds",
  httpRequestDurationSeconds: "http_request_duration_seconds",
  httpRequestsTotal: "http_requests_total",
} as const;

/** Bucket bounds of every request duration histogram, in seconds (8.2 is the latency objective). */
export const DURATION_BUCKETS_SECONDS = [0.1, 0.5, 1, 2, 5, 8.2, 10, 30, 60, 120, 300, 600] as const;

/** How long one turn may take in total when the stack says nothing, in seconds. */
export const DEFAULT_MAX_TURN_SECONDS = 600;

/** Largest request body, in bytes, when nothing else is configured. */
export const DEFAULT_MAX_BODY_BYTES = 32 * 1024 ** 2;

/** How long a pod goes on serving after its removal began, so that every proxy has seen it leave, in seconds. */
export const DEFAULT_PRE_STOP_SECONDS = 5;

/** Time the process keeps after its last turn to flush and close, in seconds. */
export const SHUTDOWN_MARGIN_SECONDS = 15;

/** The shortest `terminationGracePeriodSeconds` that lets every turn end by itself, in seconds. */
export function terminationGraceSeconds(maxTurnSeconds: number, preStopSeconds: number): number {
  return preStopSeconds + maxTurnSeconds + SHUTDOWN_MARGIN_SECONDS;
}
