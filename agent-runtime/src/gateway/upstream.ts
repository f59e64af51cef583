import { Readable } from "node:stream";
import { Pool } from "undici";
import { GatewayError } from "../errors.ts";

/** Headers of the caller that the upstream may see. The caller's key is not among them. */
const FORWARDED_REQUEST_HEADERS = ["anthropic-version", "anthropic-beta", "content-type"] as const;

const CONNECT_TIMEOUT_MS = 10_000;

export interface UpstreamRequest {
  readonly method: "GET" | "POST";
  /** Path below the base URL, with the query string as the caller sent it. */
  readonly path: string;
  readonly headers: Readonly<Record<string, string | string[] | undefined>>;
  readonly body?: Buffer;
}

export interface UpstreamResponse {
  readonly status: number;
  readonly headers: Readonly<Record<string, string | string[] | undefined>>;
  readonly body: Readable;
}

/** The API behind the gateway. */
export interface Upstream {
  readonly simulated: boolean;
  /**
   * Sends a request. Aborting the signal stops it at any point, also while its body is being read.
   *
   * @throws {GatewayError} when no answer came.
   */
  send(request: UpstreamRequest, signal: AbortSignal): Promise<UpstreamResponse>;
  close(): Promise<void>;
}

interface UpstreamOptions {
  readonly baseUrl: string;
  readonly apiKey: string;
  readonly simulated: boolean;
  /** Most connections held at once. */
  readonly maxConnections: number;
}

/** A pool of connections to the upstream API. */
export function createUpstream({ baseUrl, apiKey, simulated, maxConnections }: UpstreamOptions): Upstream {
  const base = new URL(baseUrl);
  const prefix = base.pathname.replace(/\/+$/, "");
  const pool = new Pool(base.origin, {
    connections: maxConnections,
    connect: { timeout: CONNECT_TIMEOUT_MS },
    allowH2: false,
    // The gateway keeps its own clocks, which know the turn they belong to.
    headersTimeout: 0,
    bodyTimeout: 0,
  });

  async function send({ method, path, headers, body }: UpstreamRequest, signal: AbortSignal) {
    try {
      signal.throwIfAborted();
      const request = pool.request({
        method,
        path: `${prefix}${path}`,
        // The gateway reads what it passes on, and unpacks nothing.
        headers: { ...forwardedHeaders(headers), "x-api-key": apiKey, "accept-encoding": "identity" },
        body: body === undefined ? null : readOnce(body),
        signal,
      });
      const response = await orAborted(request, signal);
      return { status: response.statusCode, headers: response.headers, body: response.body };
    } catch (thrown) {
      throw toUpstreamError(thrown);
    }
  }

  return { simulated, send, close: () => pool.destroy() };
}

/** The pool refers to a body until its answer has ended; this one is empty by then, so that the bytes can be freed. */
function readOnce(body: Buffer): Readable {
  const stream = new Readable({ read: () => undefined });
  stream.push(body);
  stream.push(null);
  return stream;
}

function forwardedHeaders(headers: UpstreamRequest["headers"]): Record<string, string | string[]> {
  const forwarded: Record<string, string | string[]> = {};
  for (const name of FORWARDED_REQUEST_HEADERS) {
    const value = headers[name];
    if (value !== undefined) forwarded[name] = value;
  }
  return forwarded;
}

/** The pool notices an abort only once it has a connection; a caller must not wait for that. */
async function orAborted<T>(request: Promise<T>, signal: AbortSignal): Promise<T> {
  const { promise: aborted, reject } = Promise.withResolvers<never>();
  const onAbort = () => reject(signal.reason);
  signal.addEventListener("abort", onAbort);
  try {
    return await Promise.race([request, aborted]);
  } finally {
    signal.removeEventListener("abort", onAbort);
  }
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
