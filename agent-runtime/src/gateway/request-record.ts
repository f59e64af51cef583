import type { FastifyRequest } from "fastify";
import { ERRORS, type GatewayError, type Severity } from "../errors.ts";
import type { Turn } from "./turns.ts";
import type { ObservedAnswer } from "./usage.ts";

/** What a caller asked the gateway to do: the `operation` label. */
export type Operation = "message" | "stream" | "count_tokens" | "models";

/** Why a request was not answered as asked. */
export interface Failure {
  /** The `error_type` label: a code of the error table, or `upstream_` and the upstream's own type. */
  readonly errorType: string;
  readonly severity: Severity;
  /** Whether it was the caller's doing. */
  readonly isRejection: boolean;
}

/** What is known of a gateway request. Filled while it is served, read once when it ends. */
export interface RequestRecord {
  /** Bounded, safe as a label. */
  agentType: string;
  operation: Operation;
  /** The caller's name for the conversation, for the log only. */
  session?: string;
  requestedModel?: string;
  upstreamRequestId?: string;
  failure?: Failure;
  turn?: Turn;
  /** Model and usage so far; absent until an answer begins. */
  observed?: () => ObservedAnswer | undefined;
}

declare module "fastify" {
  interface FastifyRequest {
    /** Only requests to the gateway have one; probes and unknown paths do not. */
    record: RequestRecord | undefined;
  }

  interface FastifyContextConfig {
    /** Every route of the gateway has one. */
    operation?: Operation;
  }
}

/** @throws {Error} when the request is not one to the gateway. */
export function recordOf(request: FastifyRequest): RequestRecord {
  if (request.record === undefined) throw new Error(`${request.method} ${request.url} has no request record`);
  return request.record;
}

export function failureOf(error: GatewayError): Failure {
  const { status, severity } = ERRORS[error.code];
  return { errorType: error.code, severity, isRejection: status < 500 };
}

/** Types that the Anthropic API documents; others are counted together, because a label must stay bounded. */
const UPSTREAM_ERROR_TYPES = new Set([
  "invalid_request_error",
  "authentication_error",
  "billing_error",
  "permission_error",
  "not_found_error",
  "request_too_large",
  "rate_limit_error",
  "timeout_error",
  "api_error",
  "overloaded_error",
]);

/** A failure that the upstream reported and that was passed on as it came. In a stream it has no status of its own. */
export function upstreamFailure(type: string | undefined, status: number | undefined): Failure {
  const known = type !== undefined && UPSTREAM_ERROR_TYPES.has(type) ? type : "other";
  const isRejection = status !== undefined && status < 500;
  const isLoad = status === 429 || type === "rate_limit_error" || type === "overloaded_error";
  const severity = isLoad ? "warning" : isRejection ? "info" : "critical";
  return { errorType: `upstream_${known}`, severity, isRejection };
}
