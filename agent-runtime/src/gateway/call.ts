import type { FastifyReply, FastifyRequest } from "fastify";
import { HEADERS } from "../contract.ts";
import { OTHER } from "../metrics/bounded-label.ts";
import { callUpstream, type UpstreamResult } from "../resilience/call-upstream.ts";
import { CallReport } from "../resilience/upstream-call.ts";
import type { ChatSpan } from "../telemetry/telemetry.ts";
import type { GatewayDeps } from "./deps.ts";
import { passError, passEvents, passHead } from "./pass-on.ts";
import { type RequestRecord, recordOf, turnOf } from "./request-record.ts";
import {
  toUpstreamError,
  type UpstreamRequest,
  type UpstreamResponse,
  type WholeResponse,
} from "./upstream.ts";

/** A request for the upstream, and what becomes of a whole answer. */
export interface ForwardedCall extends Pick<UpstreamRequest, "method" | "path"> {
  readonly models: readonly [string, ...string[]];
  bodyFor(model: string): Buffer | undefined;
  /** Whether the caller asked for a stream. */
  readonly streams: boolean;
  /** Told of a whole answer before the caller gets it. */
  onWhole?(answer: Buffer, response: WholeResponse): void;
}

/**
 * Sends a request to the upstream and its answer to the caller.
 *
 * @throws {GatewayError} when there is no answer to pass on. An error that the upstream answers with is passed on.
 */
export async function forward(
  request: FastifyRequest,
  reply: FastifyReply,
  call: ForwardedCall,
  deps: GatewayDeps,
): Promise<FastifyReply> {
  const record = recordOf(request);
  const turn = turnOf(record);
  const report = new CallReport();
  record.call = report;
  const chat = beginChat(record, call, deps);
  try {
    const result = await ask(request, call, report, deps, chat);
    noteCall(record, report, reply);
    if (result.kind === "refused") return passError(result.response, record, reply);
    return await passAnswer(result.response, request, reply, { call, report, deps });
  } catch (thrown) {
    noteCall(record, report, reply);
    throw turn.cancelledBy ?? toUpstreamError(thrown);
  }
}

async function ask(
  request: FastifyRequest,
  call: ForwardedCall,
  report: CallReport,
  deps: GatewayDeps,
  chat: ChatSpan | undefined,
): Promise<UpstreamResult> {
  const record = recordOf(request);
  const turn = turnOf(record);
  record.calledAtMs = performance.now();
  const { method, path, models, streams } = call;
  const trace = chat?.headers ?? record.trace;
  const result = await callUpstream(
    deps.calls,
    {
      method,
      path,
      models,
      streams,
      headers: request.headers,
      bodyFor: (model) => call.bodyFor(model),
      signal: turn.signal,
      // The body is held as well, because it may be needed again.
      onBytes: (bytes) => turn.hold((record.body?.length ?? 0) + bytes),
      deadlineAtMs: record.deadlineAtMs ?? Number.POSITIVE_INFINITY,
      startsWork: record.operation === "pass_through",
      trace,
    },
    report,
  );
  record.body = undefined;
  turn.hold("whole" in result.response ? result.response.whole.length : 0);
  return result;
}

/** One span for all attempts: what a retry or a fallback did is in the record's log line and in the metrics. */
function beginChat(
  record: RequestRecord,
  { models, streams }: ForwardedCall,
  { models: catalogue }: GatewayDeps,
) {
  if (record.span === undefined || record.requestedModel === undefined) return undefined;
  const chat = record.span.beginChat({ model: catalogue.find(models[0])?.id ?? OTHER, streams });
  record.chat = chat;
  return chat;
}

function noteCall(record: RequestRecord, report: CallReport, reply: FastifyReply): void {
  record.attempts = report.attempts;
  if (report.model === undefined || record.requestedModel === undefined) return;
  record.answeringModel = report.model;
  if (report.model === record.requestedModel) return;
  record.fallbackFrom = record.requestedModel;
  reply.header(HEADERS.fallback, report.model);
}

interface PassContext {
  readonly call: ForwardedCall;
  readonly report: CallReport;
  readonly deps: GatewayDeps;
}

async function passAnswer(
  response: UpstreamResponse | WholeResponse,
  request: FastifyRequest,
  reply: FastifyReply,
  { call, report, deps }: PassContext,
): Promise<FastifyReply> {
  const record = recordOf(request);
  record.firstByteAtMs = performance.now();
  passHead(response, record, reply);
  noteOverhead(record, report);
  if ("whole" in response) {
    call.onWhole?.(response.whole, response);
    return reply.send(response.whole);
  }
  return passEvents(response, request, reply, deps.env.idleTimeoutSeconds * 1000);
}

/** The gateway's own share of the time until the first byte goes out. */
function noteOverhead(record: RequestRecord, { msUpstream, msWaited }: CallReport): void {
  const elapsedMs = performance.now() - record.startedAtMs;
  record.overheadSeconds = Math.max(0, elapsedMs - msUpstream - msWaited) / 1000;
}
