import { HEADERS } from "../contract.ts";
import { GatewayError } from "../errors.ts";
import {
  toUpstreamError,
  type Upstream,
  type UpstreamRequest,
  type UpstreamResponse,
  type WholeResponse,
} from "../gateway/upstream.ts";
import { classifyAnswer, classifyErrorEvent } from "./classify-answer.ts";
import { classifyError } from "./classify-error.ts";
import { FAILURES, type FailureClass } from "./failure-class.ts";
import { peekErrorEvent } from "./first-event.ts";
import type { Judged } from "./model-breaker.ts";
import { retryAfterMs } from "./retry-after.ts";

/** Longer error answers are not held. */
const MAX_ERROR_BYTES = 1024 * 1024;

/** An answer of the upstream that has begun and can be passed on. */
export interface Answered extends Judged {
  readonly kind: "answered";
  readonly response: UpstreamResponse | WholeResponse;
}

/** An error that the upstream answered with, complete. */
export interface ErrorAnswer {
  readonly status: number;
  readonly headers: UpstreamResponse["headers"];
  readonly body: Buffer;
}

/** What became of a request that failed. Of one that was sent and not refused, the upstream may do and charge anything. */
export type Fate = "not_sent" | "refused" | "unknown";

export interface Failed extends Judged {
  readonly kind: "failed";
  readonly failure: FailureClass;
  readonly fate: Fate;
  /** What the caller gets if nothing better comes. */
  readonly cause: ErrorAnswer | GatewayError;
  /** Whether the same model may be asked again. */
  readonly mayRetry: boolean;
  readonly retryAfterMs?: number | undefined;
  /** What the upstream answered, if it did. */
  readonly response?: UpstreamResponse | WholeResponse;
}

interface AttemptOptions {
  readonly upstream: Upstream;
  readonly request: UpstreamRequest;
  /** Whether a stream is asked for; it must begin within `firstByteMs`. */
  readonly streams: boolean;
  readonly firstByteMs: number;
  readonly signal: AbortSignal;
  /** Told when the upstream may know of the request. */
  readonly onSent?: (() => void) | undefined;
  /** Told how many bytes of an answer that is not streamed are held. */
  readonly onBytes?: ((bytes: number) => void) | undefined;
}

/**
 * Asks the upstream once. A stream counts as answered once its first event is there and is no error.
 *
 * @throws the signal's reason when it is aborted, and {GatewayError} `internal` for a fault of the gateway's own.
 */
export function attempt(options: AttemptOptions): Promise<Answered | Failed> {
  return options.streams ? attemptStream(options) : attemptWhole(options);
}

async function attemptWhole(options: AttemptOptions): Promise<Answered | Failed> {
  const { upstream, request, signal, onBytes, onSent } = options;
  signal.throwIfAborted();
  let fate: Fate = "not_sent";
  try {
    const response = await upstream.sendWhole(request, signal, {
      onSent: () => {
        fate = "unknown";
        onSent?.();
      },
      onHead: (head) => {
        fate = fateByStatus(head.status);
        refuseUnusable(head);
      },
      onBytes,
    });
    const { status, headers, whole } = response;
    if (status < 400) return { kind: "answered", verdict: "success", response };
    return failedWith(classifyAnswer(status, whole), { status, headers, body: whole }, response);
  } catch (thrown) {
    if (signal.aborted) throw signal.reason;
    return failedBy(toUpstreamError(thrown), fate);
  }
}

async function attemptStream(options: AttemptOptions): Promise<Answered | Failed> {
  options.signal.throwIfAborted();
  const guard = guardFirstByte(options.signal, options.firstByteMs);
  let response: UpstreamResponse | undefined;
  options.onSent?.();
  try {
    response = await options.upstream.send(options.request, guard.signal);
    const outcome = await judge(response);
    guard.disarm();
    return outcome;
  } catch (thrown) {
    guard.release();
    // An answer left unread would keep its connection for ever.
    response?.body.on("error", () => undefined).destroy();
    if (options.signal.aborted) throw options.signal.reason;
    const cause = toUpstreamError(thrown);
    return failedBy(cause, response === undefined ? fateByError(cause) : fateByStatus(response.status));
  }
}

/** What is no success is not charged, complete or not. */
const fateByStatus = (status: number): Fate => (status >= 200 && status < 300 ? "unknown" : "refused");

/** An upstream that cannot be reached got no request; a connection that fails in use is another matter. */
function fateByError({ code, cause }: GatewayError): Fate {
  if (code !== "upstream_unreachable") return "unknown";
  return cause instanceof Error && "syscall" in cause && cause.syscall === "read" ? "unknown" : "not_sent";
}

/** A signal that follows the caller's and is aborted, too, unless disarmed in time. */
function guardFirstByte(caller: AbortSignal, firstByteMs: number) {
  const controller = new AbortController();
  const follow = () => controller.abort(caller.reason);
  const timer = setTimeout(() => {
    controller.abort(new GatewayError("first_byte_timeout", `It was given ${firstByteMs / 1000} s.`));
  }, firstByteMs);
  caller.addEventListener("abort", follow);
  const disarm = () => clearTimeout(timer);
  const release = () => {
    disarm();
    caller.removeEventListener("abort", follow);
  };
  return { signal: controller.signal, disarm, release };
}

async function judge(response: UpstreamResponse): Promise<Answered | Failed> {
  refuseUnusable(response);
  const { status, headers, body } = response;
  if (status >= 400) {
    const answer = { status, headers, body: await holdError(response) };
    return failedWith(classifyAnswer(status, answer.body), answer, response);
  }
  if (isEventStream(headers)) {
    const event = await peekErrorEvent(body);
    if (event !== undefined) return refusedInStream(event, response);
  }
  return { kind: "answered", verdict: "success", response };
}

/** @throws {GatewayError} `upstream_unusable` when the answer is a redirect or encoded. */
function refuseUnusable({ status, headers }: Pick<UpstreamResponse, "status" | "headers">): void {
  if (status < 200 || (status >= 300 && status < 400)) {
    throw new GatewayError("upstream_unusable", `It answered with status ${status}.`);
  }
  const encoding = headers["content-encoding"];
  if (encoding !== undefined && encoding !== "identity") {
    throw new GatewayError("upstream_unusable", `It is encoded as ${JSON.stringify(encoding)}.`);
  }
}

function isEventStream({ "content-type": type }: UpstreamResponse["headers"]): boolean {
  return typeof type === "string" && type.startsWith("text/event-stream");
}

async function holdError({ body }: UpstreamResponse): Promise<Buffer> {
  const chunks: Buffer[] = [];
  let bytes = 0;
  for await (const chunk of body) {
    bytes += chunk.length;
    if (bytes > MAX_ERROR_BYTES) {
      throw new GatewayError("upstream_unusable", `Its error is longer than ${MAX_ERROR_BYTES} bytes.`);
    }
    chunks.push(chunk);
  }
  return Buffer.concat(chunks);
}

/** Nothing has gone out yet, so the caller gets the error with a status, which says more to it than a stream. */
function refusedInStream(event: Buffer, response: UpstreamResponse): Failed {
  const { failure, status, body } = classifyErrorEvent(event);
  response.body.on("error", () => undefined).destroy();
  const headers = { ...response.headers, "content-type": "application/json" };
  return failedWith(failure, { status, headers, body }, response);
}

function failedWith(
  failure: FailureClass,
  cause: ErrorAnswer,
  response: UpstreamResponse | WholeResponse,
): Failed {
  const { retries, trips } = FAILURES[failure];
  return {
    kind: "failed",
    verdict: trips ? "failure" : "neutral",
    failure,
    fate: "refused",
    cause,
    mayRetry: retries && cause.headers[HEADERS.shouldRetry] !== "false",
    retryAfterMs: retryAfterMs(cause.headers),
    response,
  };
}

/** @throws {GatewayError} what is no failure of the upstream. */
function failedBy(cause: GatewayError, fate: Fate): Failed {
  const failure = classifyError(cause);
  if (failure === undefined) throw cause;
  const { retries, trips } = FAILURES[failure];
  const verdict = trips ? "failure" : "neutral";
  return { kind: "failed", verdict, failure, fate, cause, mayRetry: retries };
}
