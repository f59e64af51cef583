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

/** Container ports by name. */
export const PORTS = { http: 8080, metrics: 9090 } as const;

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

/** Environment variables that the stack sets and `env.ts` reads. */
export const ENV = {
  role: "ROLE",
  region: "REGION",
  environment: "ENVIRONMENT",
  serviceVersion: "SERVICE_VERSION",
  host: "HOST",
  httpPort: "HTTP_PORT",
  metricsPort: "METRICS_PORT",
  logLevel: "LOG_LEVEL",
  upstream: "UPSTREAM",
  anthropicBaseUrl: "ANTHROPIC_BASE_URL",
  anthropicApiKey: "ANTHROPIC_API_KEY",
  gatewayKeySha256: "GATEWAY_KEY_SHA256",
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
  shouldRetry: "x-should-retry",
} as const;

/** Metric names that rules and dashboards query. */
export const METRICS = {
  requestsTotal: "claude_agent_requests_total",
  requestDurationSeconds: "claude_agent_request_duration_seconds",
  activeCount: "claude_agent_active_count",
  tokensUsedTotal: "claude_agent_tokens_used_total",
  apiCostTotal: "claude_agent_api_cost_total",
  errorsTotal: "claude_agent_errors_total",
  requestsPerSecond: "claude_agent_requests_per_second",
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
