import { Readable } from "node:stream";
import type { FastifyReply, FastifyRequest } from "fastify";
import { HEADERS } from "../contract.ts";
import type { Env } from "../env.ts";
import { GatewayError } from "../errors.ts";
import { describeFault } from "../log.ts";
import { relayEvents } from "./relay-events.ts";
import { failureOf, type RequestRecord, recordOf, upstreamFailure } from "./request-record.ts";
import type { Turn } from "./turns.ts";
import { toUpstreamError, type Upstream, type UpstreamRequest, type UpstreamResponse } from "./upstream.ts";
import { AnswerObserver, readAnswer, readErrorType } from "./usage.ts";

/** Headers of the upstream's answer that the caller gets as they came, besides every `anthropic-ratelimit-*`. */
const PASSED_RESPONSE_HEADERS = new Set([
  "content-type",
  "retry-after",
  "retry-after-ms",
  HEADERS.shouldRetry,
]);
const RATE_LIMIT_HEADER_PREFIX = "anthropic-ratelimit-";

/** An answer that is not streamed is held as a whole, so that a broken one can still become a clean error. */
const MAX_HELD_ANSWER_BYTES = 16 * 1024 * 1024;

export interface ForwardDeps {
  readonly env: Pick<Env, "maxTurnSeconds" | "firstByteTimeoutSeconds" | "idleTimeoutSeconds">;
  readonly upstream: Upstream;
}

interface ForwardedCall extends Pick<UpstreamRequest, "method" | "path"> {
  /** Whether the caller asked for a stream. */
  readonly streams: boolean;
  /** The caller's own deadline, if it set one. */
  readonly deadlineMs?: number;
}

/**
 * Sends a request to the upstream and its answer to the caller. The request's body is gone afterwards.
 *
 * @throws {GatewayError} when there is no answer to pass on. An error that the upstream answers with is passed on.
 */
export async function forward(
  request: FastifyRequest,
  reply: FastifyReply,
  call: ForwardedCall,
  deps: ForwardDeps,
): Promise<FastifyReply> {
  const turn = turnOf(recordOf(request));
  try {
    limitDuration(turn, call, deps.env);
    const response = await sendUpstream(request, turn, call, deps);
    return await passOn(response, request, reply, deps.env);
  } catch (thrown) {
    throw turn.cancelledBy ?? toUpstreamError(thrown);
  }
}

function turnOf({ turn }: RequestRecord): Turn {
  if (turn === undefined) throw new Error("the request was not admitted");
  return turn;
}

function limitDuration(
  turn: Turn,
  { deadlineMs }: ForwardedCall,
  { maxTurnSeconds }: ForwardDeps["env"],
): void {
  const maxTurnMs = maxTurnSeconds * 1000;
  if (deadlineMs !== undefined && deadlineMs < maxTurnMs) {
    turn.cancelAfter(deadlineMs, () => new GatewayError("deadline_exceeded", `It was ${deadlineMs} ms.`));
  } else {
    turn.cancelAfter(maxTurnMs, () => new GatewayError("turn_timeout", `It allows ${maxTurnSeconds} s.`));
  }
}

async function sendUpstream(
  request: FastifyRequest,
  turn: Turn,
  { streams, method, path }: ForwardedCall,
  { env, upstream }: ForwardDeps,
): Promise<UpstreamResponse> {
  const body = takeBody(request);
  turn.hold(body?.length ?? 0);
  const seconds = env.firstByteTimeoutSeconds;
  const tooLate = () => new GatewayError("first_byte_timeout", `It was given ${seconds} s.`);
  // An answer that is not streamed comes when it is complete: its first byte has the whole turn's time.
  const disarm = streams ? turn.cancelAfter(seconds * 1000, tooLate) : () => undefined;
  const response = await upstream.send(
    { method, path, headers: request.headers, ...(body === undefined ? {} : { body }) },
    turn.signal,
  );
  disarm();
  turn.hold(0);
  return response;
}

/** Nothing may refer to a body that was sent, because it is not accounted for any more. */
function takeBody(request: FastifyRequest): Buffer | undefined {
  const { body } = request;
  request.body = undefined;
  return Buffer.isBuffer(body) ? body : undefined;
}

async function passOn(
  response: UpstreamResponse,
  request: FastifyRequest,
  reply: FastifyReply,
  env: ForwardDeps["env"],
): Promise<FastifyReply> {
  const record = recordOf(request);
  const turn = turnOf(record);
  try {
    refuseUnusable(response);
    passHeaders(response, record, reply);
    if (isEventStream(response)) return reply.send(streamOf(response, request, turn, env));
    return reply.send(await holdAnswer(response, record, turn));
  } catch (thrown) {
    // An answer left unread would keep its connection for ever.
    response.body.on("error", () => undefined).destroy();
    throw thrown;
  }
}

function refuseUnusable({ status, headers }: UpstreamResponse): void {
  if (status < 200 || (status >= 300 && status < 400)) {
    throw new GatewayError("upstream_unusable", `It answered with status ${status}.`);
  }
  const encoding = headers["content-encoding"] ?? "identity";
  if (encoding !== "identity") {
    throw new GatewayError("upstream_unusable", `It is encoded as ${JSON.stringify(encoding)}.`);
  }
}

function passHeaders(
  { status, headers }: UpstreamResponse,
  record: RequestRecord,
  reply: FastifyReply,
): void {
  reply.code(status);
  for (const [name, value] of Object.entries(headers)) {
    if (PASSED_RESPONSE_HEADERS.has(name) || name.startsWith(RATE_LIMIT_HEADER_PREFIX))
      reply.header(name, value);
  }
  const upstreamRequestId = headers[HEADERS.requestId];
  if (typeof upstreamRequestId === "string") {
    record.upstreamRequestId = upstreamRequestId;
    reply.header(HEADERS.upstreamRequestId, upstreamRequestId);
  }
}

function isEventStream({ status, headers }: UpstreamResponse): boolean {
  return status < 300 && String(headers["content-type"]).startsWith("text/event-stream");
}

function streamOf(
  { body }: UpstreamResponse,
  request: FastifyRequest,
  turn: Turn,
  { idleTimeoutSeconds }: ForwardDeps["env"],
): Readable {
  const record = recordOf(request);
  const observer = new AnswerObserver();
  record.observed = () => observer.answer;
  const events = relayEvents({
    body,
    turn,
    observer,
    requestId: request.id,
    idleMs: idleTimeoutSeconds * 1000,
    onEnd: (error) => {
      if (error !== undefined) {
        record.failure = failureOf(error);
        request.log.warn({ errorType: error.code, cause: describeFault(error.cause) }, error.message);
      } else if (observer.errorType !== undefined) {
        record.failure = upstreamFailure(observer.errorType, undefined);
      }
    },
  });
  return Readable.from(events, { objectMode: false });
}

async function holdAnswer(
  { status, body }: UpstreamResponse,
  record: RequestRecord,
  turn: Turn,
): Promise<Buffer> {
  const chunks: Buffer[] = [];
  let bytes = 0;
  for await (const chunk of body) {
    bytes += chunk.length;
    if (bytes > MAX_HELD_ANSWER_BYTES) {
      throw new GatewayError("upstream_unusable", `It is longer than ${MAX_HELD_ANSWER_BYTES} bytes.`);
    }
    turn.hold(bytes);
    chunks.push(chunk);
  }
  const answer = Buffer.concat(chunks);
  if (status >= 400) {
    record.failure = upstreamFailure(readErrorType(answer), status);
  } else if (record.operation === "message" || record.operation === "stream") {
    const observed = readAnswer(answer);
    record.observed = () => observed;
  }
  return answer;
}
