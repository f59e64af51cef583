import { DURATION_BUCKETS_SECONDS, METRICS } from "../contract.ts";
import type { MetricSpec, MetricsRegistry } from "./registry.ts";

export const HTTP_REQUESTS_TOTAL = {
  name: METRICS.httpRequestsTotal,
  type: "counter",
  help: "HTTP requests that ended, by method, route pattern (`unmatched` for unknown paths) and status code.",
  labels: ["method", "route", "status_code"],
} as const satisfies MetricSpec;

export const HTTP_REQUEST_DURATION = {
  name: METRICS.httpRequestDurationSeconds,
  type: "histogram",
  help: "Time from an HTTP request's arrival to the end of its answer, in seconds.",
  labels: ["method", "route", "status_code"],
  buckets: DURATION_BUCKETS_SECONDS,
} as const satisfies MetricSpec;

interface EndedHttpRequest {
  readonly method: string;
  readonly route: string;
  readonly statusCode: number;
  readonly durationSeconds: number;
}

export interface HttpMetrics {
  ended(request: EndedHttpRequest): void;
}

export function createHttpMetrics(registry: MetricsRegistry): HttpMetrics {
  const total = registry.counter(HTTP_REQUESTS_TOTAL);
  const duration = registry.histogram(HTTP_REQUEST_DURATION);
  return {
    ended({ method, route, statusCode, durationSeconds }) {
      const labels = { method, route, status_code: String(statusCode) };
      total.with(labels).inc();
      duration.with(labels).observe(durationSeconds);
    },
  };
}
