import type { FastifyRequest } from "fastify";
import type { Identity } from "../auth/identity.ts";
import { ERRORS, type GatewayError, type Severity } from "../errors.ts";
import type { Grant } from "../limits/admissions.ts";
import type { CallReport } from "../resilience/upstream-call.ts";
import type { ChatSpan, RequestSpan } from "../telemetry/telemetry.ts";
import type { TraceHeaders } from "../telemetry/trace-context.ts";
import type { Turn } from "./turns.ts";
import type { ObservedAnswer } from "./usage.ts";

/** What a caller asked the gateway to do: the `operation` label. */
export type Operation = "message" | "stream" | "count_tokens" | "models" | "pass_through";

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
  /** When it arrived, on the monotonic clock. */
  readonly startedAtMs: number;
  /** When the turn is over at the latest, on the monotonic clock; absent until there is one. */
  deadlineAtMs?: number;
  /** The agent type as a label: bounded, so that beyond the bound it is `other`. */
  agentType: string;
  /** The agent type as the caller named it, which policies and budgets go by. */
  agent: string;
  operation: Operation;
  /** Absent until the caller has shown who it is. */
  identity?: Identity;
  /** The caller's name for the conversation. */
  session?: string;
  /** The request's body until it is sent, and nowhere else: what others refer to cannot be freed. */
  body?: Buffer | undefined;
  requestedModel?: string;
  /** The model that the upstream was last asked for. */
  answeringModel?: string;
  estimatedInputTokens?: number;
  /** Id of the policy that permitted or refused the request. */
  decidedBy?: string;
  /** The model that was asked for, when another one answers. */
  fallbackFrom?: string;
  attempts?: number;
  cache?: "hit" | "miss" | "joined";
  upstreamRequestId?: string;
  failure?: Failure;
  turn?: Turn;
  /** Money and limits that wait for settlement. */
  grant?: Grant;
  /** Time until the first byte of the answer that was not spent waiting for the upstream. */
  overheadSeconds?: number;
  /** What it may cost at most; absent for what is free. Without a bound where there is none. */
  worstCase?: { readonly boundNanoUsd: number | undefined; readonly outputTokens: number };
  /** How the call of the upstream goes; absent until there is one. */
  call?: Pick<CallReport, "mayHaveCost">;
  /** Whether a stream has begun and not reached its end. */
  endedEarly: boolean;
  /** Whether the connection is done with the request: nothing may be held for it any more. */
  isClosed: boolean;
  /** When the upstream was called and when its answer began, on the monotonic clock. */
  calledAtMs?: number;
  firstByteAtMs?: number;
  traceId?: string;
  /** Absent where traces are off. */
  span?: RequestSpan;
  chat?: ChatSpan;
  /** The trace that the upstream is told of. */
  trace?: TraceHeaders;
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

/** @throws {Error} when the request has not shown who sends it. */
export function identityOf({ identity }: RequestRecord): Identity {
  if (identity === undefined) throw new Error("the request has no identity");
  return identity;
}

/** @throws {Error} when the request was not admitted. */
export function turnOf({ turn }: RequestRecord): Turn {
  if (turn === undefined) throw new Error("the request was not admitted");
  return turn;
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
