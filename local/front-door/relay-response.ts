import { once } from "node:events";
import type { ServerResponse } from "node:http";
import type { Dispatcher } from "undici";
import { HEADERS } from "../../agent-runtime/src/contract.ts";
import { errorBody } from "./error-reply.ts";
import { responseHeaders } from "./forwarded-headers.ts";

/** How a response ended: in full, because the client left, or because the region broke off. */
export type RelayEnd = "complete" | "client-left" | "region-broke-off";

/**
 * Passes a region's response on, each piece as it arrives and no faster than the client reads. A response that breaks
 * off never looks complete: an event stream ends in an `error` event, anything else in a closed connection.
 */
export async function relayResponse(
  { statusCode, headers, body }: Dispatcher.ResponseData,
  client: ServerResponse,
  region: string,
  signal: AbortSignal,
): Promise<RelayEnd> {
  client.writeHead(statusCode, { [HEADERS.region]: region, ...responseHeaders(headers) });
  client.flushHeaders();
  let last: Buffer = Buffer.alloc(0);
  try {
    for await (const chunk of body as AsyncIterable<Buffer>) {
      last = chunk;
      if (!client.write(chunk)) await once(client, "drain", { signal });
    }
    client.end();
    return "complete";
  } catch (error) {
    if (signal.aborted || client.socket?.destroyed !== false) return "client-left";
    if (canCarryEvent(headers)) client.end(errorEvent(region, error, last));
    else client.destroy();
    return "region-broke-off";
  }
}

function canCarryEvent(headers: Dispatcher.ResponseData["headers"]): boolean {
  return (
    String(headers["content-type"]).startsWith("text/event-stream") &&
    headers["content-length"] === undefined &&
    headers["content-encoding"] === undefined
  );
}

/** The event that ends a broken stream, set apart from an event that broke off in its middle. */
function errorEvent(region: string, error: unknown, last: Buffer): string {
  const message = `${region} broke off this stream (${String(error)}). It was not sent to another region; ask again.`;
  const separator = last.length === 0 || last.subarray(-2).toString() === "\n\n" ? "" : "\n\n";
  return `${separator}event: error\ndata: ${errorBody({ type: "api_error", message })}\n\n`;
}
