import type { IncomingMessage } from "node:http";
import { Readable } from "node:stream";
import type { Dispatcher } from "undici";
import { HEADERS } from "../../agent-runtime/src/contract.ts";
import { isConnectFailure } from "./connect-failure.ts";
import { requestHeaders } from "./forwarded-headers.ts";

/** What came of sending a request to a region. */
export type RegionReply =
  | { readonly type: "response"; readonly response: Dispatcher.ResponseData }
  /** No connection: nothing was sent, and another endpoint may be asked. */
  | { readonly type: "unreachable"; readonly error: unknown }
  /** The connection broke before a response: the region may have acted, so nobody else may be asked. */
  | { readonly type: "broken"; readonly error: unknown };

/**
 * Statuses of a region that is at fault. Not 504, which a caller's own deadline causes too, nor 529, which asks for
 * patience.
 */
const FAULTS: ReadonlySet<number> = new Set([500, 502, 503]);

/** Whether the region is to blame. An error of the upstream API is not its fault: another region would pass it on too. */
export function isFailed(reply: Exclude<RegionReply, { type: "unreachable" }>): boolean {
  if (reply.type === "broken") return true;
  const { statusCode, headers } = reply.response;
  return FAULTS.has(statusCode) && headers[HEADERS.upstreamRequestId] === undefined;
}

/** Sends a client's request to a region, streaming its body. The signal ends it at any time. */
export async function requestRegion(
  dispatcher: Dispatcher,
  url: string,
  request: IncomingMessage,
  signal: AbortSignal,
): Promise<RegionReply> {
  try {
    const response = await dispatcher.request({
      origin: url,
      path: request.url ?? "/",
      method: (request.method ?? "GET") as Dispatcher.HttpMethod,
      headers: requestHeaders(request.rawHeaders, request.headers.connection),
      body: hasBody(request) ? bodyOf(request) : null,
      signal,
    });
    return { type: "response", response };
  } catch (error) {
    return { type: isConnectFailure(error) ? "unreachable" : "broken", error };
  }
}

function hasBody({ headers }: IncomingMessage): boolean {
  return headers["transfer-encoding"] !== undefined || Number(headers["content-length"] ?? 0) > 0;
}

/**
 * The client's body for one attempt. It is read only once a connection exists, and closing it leaves the client's
 * own stream alone: a failed connect can be tried elsewhere, and an early answer still reaches the client.
 */
function bodyOf(request: IncomingMessage): Readable {
  return Readable.from(request.iterator({ destroyOnReturn: false }), { objectMode: false });
}
