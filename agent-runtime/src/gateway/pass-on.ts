import { Readable } from "node:stream";
import type { FastifyReply, FastifyRequest } from "fastify";
import { HEADERS } from "../contract.ts";
import { describeFault } from "../log.ts";
import type { ErrorAnswer } from "../resilience/attempt.ts";
import { relayEvents } from "./relay-events.ts";
import { failureOf, type RequestRecord, recordOf, turnOf, upstreamFailure } from "./request-record.ts";
import type { UpstreamResponse } from "./upstream.ts";
import { AnswerObserver, readErrorType } from "./usage.ts";

/** Headers of the upstream's answer that the caller gets as they came, besides the API's own. */
const PASSED_RESPONSE_HEADERS = new Set([
  "content-type",
  "content-disposition",
  "retry-after",
  "retry-after-ms",
  HEADERS.shouldRetry,
]);
const API_HEADER_PREFIX = "anthropic-";
const RATE_LIMIT_HEADER_PREFIX = "anthropic-ratelimit-";

/** Whose account the gateway uses is nobody's business. */
const ORGANISATION_HEADER = "anthropic-organization-id";

/** Status and headers of an answer. The upstream's own rate limits are told only to callers that have none here. */
export function passHead(
  { status, headers }: Pick<UpstreamResponse, "status" | "headers">,
  record: RequestRecord,
  reply: FastifyReply,
): void {
  reply.code(status);
  const hasOwnLimits = record.grant !== undefined && Object.keys(record.grant.headers).length > 0;
  for (const name in headers) if (isPassed(name, hasOwnLimits)) reply.header(name, headers[name]);
  const upstreamRequestId = headers[HEADERS.requestId];
  if (typeof upstreamRequestId === "string") {
    record.upstreamRequestId = upstreamRequestId;
    reply.header(HEADERS.upstreamRequestId, upstreamRequestId);
  }
}

function isPassed(name: string, hasOwnLimits: boolean): boolean {
  if (PASSED_RESPONSE_HEADERS.has(name)) return true;
  if (!name.startsWith(API_HEADER_PREFIX) || name === ORGANISATION_HEADER) return false;
  return !(hasOwnLimits && name.startsWith(RATE_LIMIT_HEADER_PREFIX));
}

/** An error that the upstream answered with goes to the caller as it came. */
export function passError(answer: ErrorAnswer, record: RequestRecord, reply: FastifyReply): FastifyReply {
  passHead(answer, record, reply);
  record.failure = upstreamFailure(readErrorType(answer.body), answer.status);
  return reply.send(answer.body);
}

/** A stream of events goes to the caller event by event. */
export function passEvents(
  { body }: UpstreamResponse,
  request: FastifyRequest,
  reply: FastifyReply,
  idleMs: number,
): FastifyReply {
  const record = recordOf(request);
  const observer = new AnswerObserver();
  record.observed = () => observer.answer;
  record.endedEarly = true;
  const events = relayEvents({
    body,
    turn: turnOf(record),
    observer,
    requestId: request.id,
    idleMs,
    onEnd: (error) => {
      record.endedEarly = !observer.isComplete;
      if (error !== undefined) {
        record.failure = failureOf(error);
        request.log.warn({ errorType: error.code, cause: describeFault(error.cause) }, error.message);
      } else if (observer.errorType !== undefined) {
        record.failure = upstreamFailure(observer.errorType, undefined);
      }
    },
  });
  return reply.send(Readable.from(events, { objectMode: false }));
}
