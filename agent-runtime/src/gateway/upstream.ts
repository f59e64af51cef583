import { Readable } from "node:stream";
import { Pool } from "undici";
import { GatewayError } from "../errors.ts";
import type { TraceHeaders } from "../telemetry/trace-context.ts";
import { isForwarded } from "./forwarded-headers.ts";
import { type UpstreamKey, UpstreamKeys } from "./upstream-keys.ts";
import { WholeAnswer, type WholeAnswerOptions } from "./whole-answer.ts";

const CONNECT_TIMEOUT_MS = 10_000;

export interface UpstreamRequest {
  readonly method: "GET" | "POST" | "DELETE";
  /** Path below the base URL, with the query string as the caller sent it. */
  readonly path: string;
  readonly headers: Readonly<Record<string, string | string[] | undefined>>;
  readonly body?: Buffer | undefined;
  /** Absent: the upstream is told of no trace. */
  readonly trace?: TraceHeaders | undefined;
}

export interface UpstreamResponse {
  readonly status: number;
  readonly headers: Readonly<Record<string, string | string[] | undefined>>;
  readonly body: Readable;
  /** The key that the request was sent with. */
  readonly key?: UpstreamKey;
}

/** An answer that was read to its end. */
export interface WholeResponse extends Omit<UpstreamResponse, "body"> {
  readonly whole: Buffer;
}

/** The API behind the gateway. */
export interface Upstream {
  readonly simulated: boolean;
  /**
   * Sends a request with the first usable key. Aborting the signal stops it at any point, also while its body is being
   * read.
   *
   * @throws {GatewayError} when no answer came.
   */
  send(request: UpstreamRequest, signal: AbortSignal): Promise<UpstreamResponse>;
  /**
   * The same for an answer that is not streamed: settles when it is complete.
   *
   * @throws {GatewayError} when no whole answer came, or it is longer than may be held.
   */
  sendWhole(
    request: UpstreamRequest,
    signal: AbortSignal,
    options?: WholeAnswerOptions,
  ): Promise<WholeResponse>;
  /** Does not use the key of a response for 5 minutes. @returns whether another key can be used instead. */
  setKeyAside(response: Pick<UpstreamResponse, "key">): boolean;
  close(): Promise<void>;
}

interface UpstreamOptions {
  readonly baseUrl: string;
  readonly apiKey: string | UpstreamKeys;
  readonly simulated: boolean;
  /** Most connections held at once. */
  readonly maxConnections: number;
}

/** A pool of connections to the upstream API. */
export function createUpstream({ baseUrl, apiKey, simulated, maxConnections }: UpstreamOptions): Upstream {
  const base = new URL(baseUrl);
  const prefix = base.pathname.replace(/\/+$/, "");
  const keys = typeof apiKey === "string" ? new UpstreamKeys([apiKey]) : apiKey;
  const pool = new Pool(base.origin, {
    connections: maxConnections,
    connect: { timeout: CONNECT_TIMEOUT_MS },
    allowH2: false,
    // The gateway keeps its own clocks, which know the turn they belong to.
    headersTimeout: 0,
    bodyTimeout: 0,
  });

  async function send(request: UpstreamRequest, signal: AbortSignal): Promise<UpstreamResponse> {
    const { method, path, body } = request;
    const key = keys.current();
    try {
      signal.throwIfAborted();
      const {
        statusCode,
        headers,
        body: answer,
      } = await orAborted(
        pool.request({
          method,
          path: prefix + path,
          headers: headersOf(request, key),
          body: body === undefined ? null : freeable(body),
          signal,
        }),
        signal,
      );
      return { status: statusCode, headers, body: answer, key };
    } catch (thrown) {
      throw toUpstreamError(thrown);
    }
  }

  async function sendWhole(
    request: UpstreamRequest,
    signal: AbortSignal,
    options: WholeAnswerOptions = {},
  ): Promise<WholeResponse> {
    const { method, path, body } = request;
    const key = keys.current();
    const answer = new WholeAnswer(options);
    const onAbort = () => answer.abort(signal.reason);
    signal.addEventListener("abort", onAbort);
    try {
      signal.throwIfAborted();
      pool.dispatch(
        { method, path: prefix + path, headers: headersOf(request, key), body: body ?? null },
        answer,
      );
      const { status, headers, whole } = await answer.promise;
      return { status, headers, whole, key };
    } catch (thrown) {
      throw toUpstreamError(thrown);
    } finally {
      signal.removeEventListener("abort", onAbort);
    }
  }

  return {
    simulated,
    send,
    sendWhole,
    setKeyAside: ({ key }) => key !== undefined && keys.setAside(key),
    close: () => pool.destroy(),
  };
}

/** Bodies up to this size may stay in memory as long as their answer's stream lasts. */
const SMALL_BODY_BYTES = 16 * 1024;

/**
 * The pool refers to a body until its answer has ended, and a stream may last ten minutes; a large one goes in a stream,
 * which is empty by then, so that the bytes can be freed.
 */
function freeable(body: Buffer): Buffer | Readable {
  if (body.length <= SMALL_BODY_BYTES) return body;
  const stream = new Readable({ read: () => undefined });
  stream.push(body);
  stream.push(null);
  return stream;
}

/** Names and values in turn. The gateway reads what it passes on, and unpacks nothing. */
function headersOf({ headers, trace }: UpstreamRequest, key: UpstreamKey): string[] {
  const sent = ["x-api-key", key.reveal(), "accept-encoding", "identity"];
  for (const name in headers) {
    if (!isForwarded(name)) continue;
    const value = headers[name];
    if (typeof value === "string") sent.push(name, value);
    else if (value !== undefined) for (const item of value) sent.push(name, item);
  }
  if (trace !== undefined) {
    sent.push("traceparent", trace.traceparent);
    if (trace.tracestate !== undefined) sent.push("tracestate", trace.tracestate);
  }
  return sent;
}

/** The pool notices an abort only once it has a connection; a caller must not wait for that. */
function orAborted<T>(request: Promise<T>, signal: AbortSignal): Promise<T> {
  return new Promise((resolve, reject) => {
    const onAbort = () => reject(signal.reason);
    signal.addEventListener("abort", onAbort);
    const settled = () => signal.removeEventListener("abort", onAbort);
    request.then(
      (response) => {
        settled();
        resolve(response);
      },
      (thrown: unknown) => {
        settled();
        reject(thrown);
      },
    );
  });
}

/** Faults after the request went out: the answer, if there was one, is lost. */
const BROKEN_CODES = new Set([
  "UND_ERR_SOCKET",
  "ECONNRESET",
  "EPIPE",
  "UND_ERR_RES_CONTENT_LENGTH_MISMATCH",
]);

/** What went wrong on the way to the upstream or back, as an error of the table. Details go to the log, not to the caller. */
export function toUpstreamError(thrown: unknown): GatewayError {
  if (thrown instanceof GatewayError) return thrown;
  const code = thrown instanceof Error && "code" in thrown ? String(thrown.code) : "";
  if (BROKEN_CODES.has(code) || code.startsWith("HPE_")) {
    return new GatewayError("upstream_broken", undefined, { cause: thrown });
  }
  if (thrown instanceof Error && code !== "UND_ERR_INVALID_ARG") {
    return new GatewayError("upstream_unreachable", undefined, { cause: thrown });
  }
  return new GatewayError("internal", undefined, { cause: thrown });
}
