import {
  type Attributes,
  createTraceState,
  ROOT_CONTEXT,
  type Span,
  type SpanContext,
  SpanKind,
  SpanStatusCode,
  TraceFlags,
  type Tracer,
  trace,
} from "@opentelemetry/api";
import { describeFault } from "../redaction.ts";
import type {
  ChatOutcome,
  ChatSpan,
  RequestOutcome,
  RequestSpan,
  TracedChat,
  TracedFailure,
  TracedRequest,
} from "./telemetry.ts";
import type { TraceContext, TraceHeaders } from "./trace-context.ts";

/** Attributes of https://opentelemetry.io/docs/specs/semconv/gen-ai/ and of its HTTP pages; own ones begin `claude_agent.`. */
export function beginRequest(
  tracer: Tracer,
  { method, route, requestId, parent }: TracedRequest,
): RequestSpan {
  const span = tracer.startSpan(
    "gateway request",
    {
      kind: SpanKind.SERVER,
      attributes: {
        "http.request.method": method,
        "http.route": route,
        "claude_agent.request_id": requestId,
      },
    },
    parent === undefined ? ROOT_CONTEXT : trace.setSpanContext(ROOT_CONTEXT, toSpanContext(parent)),
  );
  return {
    traceId: span.spanContext().traceId,
    beginChat: (call) => beginChat(tracer, span, call),
    end: (outcome) => endRequest(span, outcome),
  };
}

function beginChat(tracer: Tracer, parent: Span, { model, streams }: TracedChat): ChatSpan {
  const span = tracer.startSpan(
    `chat ${model}`,
    {
      kind: SpanKind.CLIENT,
      attributes: {
        "gen_ai.operation.name": "chat",
        "gen_ai.provider.name": "anthropic",
        "gen_ai.request.model": model,
        "gen_ai.request.stream": streams,
      },
    },
    trace.setSpan(ROOT_CONTEXT, parent),
  );
  return { headers: toHeaders(span.spanContext()), end: (outcome) => endChat(span, outcome) };
}

/** Of a server's span only its own failures are errors: a request that it refuses is not one. */
function endRequest(span: Span, { statusCode, agentType, tenant, failure }: RequestOutcome): void {
  span.setAttribute("http.response.status_code", statusCode);
  span.setAttribute("claude_agent.agent_type", agentType);
  if (tenant !== undefined) span.setAttribute("claude_agent.tenant", tenant);
  if (failure !== undefined) fail(span, failure, statusCode < 400 || statusCode >= 500);
  span.end();
}

function endChat(span: Span, { statusCode, responseModel, usage, finishReason, failure }: ChatOutcome): void {
  if (statusCode !== undefined) span.setAttribute("http.response.status_code", statusCode);
  if (responseModel !== undefined) span.setAttribute("gen_ai.response.model", responseModel);
  if (finishReason !== undefined) span.setAttribute("gen_ai.response.finish_reasons", [finishReason]);
  if (usage !== undefined) span.setAttributes(usageAttributes(usage));
  if (failure !== undefined) fail(span, failure, true);
  span.end();
}

/** By the conventions, what was read from the cache or written to it is input too. */
function usageAttributes(usage: NonNullable<ChatOutcome["usage"]>): Attributes {
  const cacheWriteTokens = usage.cacheWrite5mTokens + usage.cacheWrite1hTokens;
  return {
    "gen_ai.usage.input_tokens": usage.inputTokens + usage.cacheReadTokens + cacheWriteTokens,
    "gen_ai.usage.output_tokens": usage.outputTokens,
    "gen_ai.usage.cache_read.input_tokens": usage.cacheReadTokens,
    "gen_ai.usage.cache_creation.input_tokens": cacheWriteTokens,
  };
}

function fail(span: Span, { errorType, thrown }: TracedFailure, isError: boolean): void {
  span.setAttribute("error.type", errorType);
  if (isError) span.setStatus({ code: SpanStatusCode.ERROR, message: errorType });
  if (thrown !== undefined) span.recordException(describeFault(thrown));
}

function toSpanContext({ traceId, spanId, isSampled, headers }: TraceContext): SpanContext {
  return {
    traceId,
    spanId,
    traceFlags: isSampled ? TraceFlags.SAMPLED : TraceFlags.NONE,
    isRemote: true,
    ...(headers.tracestate === undefined ? {} : { traceState: createTraceState(headers.tracestate) }),
  };
}

function toHeaders({ traceId, spanId, traceFlags, traceState }: SpanContext): TraceHeaders {
  const flags = (traceFlags & TraceFlags.SAMPLED).toString(16).padStart(2, "0");
  const tracestate = traceState?.serialize() ?? "";
  return {
    traceparent: `00-${traceId}-${spanId}-${flags}`,
    ...(tracestate === "" ? {} : { tracestate }),
  };
}
