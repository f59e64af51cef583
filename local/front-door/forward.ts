import type { IncomingMessage, ServerResponse } from "node:http";
import type { Dispatcher } from "undici";
import { sendError } from "./error-reply.ts";
import type { Region } from "./region.ts";
import { requestRegion } from "./region-request.ts";
import { type RelayEnd, relayResponse } from "./relay-response.ts";
import { routeOrder } from "./route-order.ts";

/** What became of a request, for the log. */
export interface ForwardResult {
  readonly end: RelayEnd | "no-region" | "bad-request";
  /** The region that got the request. */
  readonly region?: string;
  /** Regions that were tried before and could not be connected to. */
  readonly unreachable: readonly string[];
}

/** The best region is asked, and the next one only where the best could not be connected to. */
const MAX_ATTEMPTS = 2;

/** Answers one request from the best region that can be connected to. */
export async function forward(
  regions: readonly Region[],
  dispatcher: Dispatcher,
  request: IncomingMessage,
  client: ServerResponse,
): Promise<ForwardResult> {
  if (!request.url?.startsWith("/")) return refuseTarget(client, request.url);
  const left = new AbortController();
  client.once("close", () => left.abort());
  const unreachable: string[] = [];
  for (const { config } of routeOrder(regions).slice(0, MAX_ATTEMPTS)) {
    const region = config.name;
    const reply = await requestRegion(dispatcher, config.url, request, left.signal);
    if (left.signal.aborted) return { end: "client-left", region, unreachable };
    switch (reply.type) {
      case "response":
        return { end: await relayResponse(reply.response, client, region, left.signal), region, unreachable };
      case "broken":
        sendBroken(client, region, reply.error);
        return { end: "region-broke-off", region, unreachable };
      case "unreachable":
        unreachable.push(region);
    }
  }
  sendError(client, { status: 503, type: "overloaded_error", message: whyNoRegion(regions, unreachable) });
  return { end: "no-region", unreachable };
}

function refuseTarget(client: ServerResponse, target: string | undefined): ForwardResult {
  const message = `The request's target must be a path that begins with /, got ${JSON.stringify(target)}.`;
  sendError(client, { status: 400, type: "invalid_request_error", message });
  return { end: "bad-request", unreachable: [] };
}

function sendBroken(client: ServerResponse, region: string, error: unknown): void {
  const message =
    `${region} closed the connection before it answered (${String(error)}). ` +
    "It may have acted on the request, so no other region was asked.";
  sendError(client, { status: 502, type: "api_error", message });
}

function whyNoRegion(regions: readonly Region[], unreachable: readonly string[]): string {
  const reasons = regions.map(({ config, health }) => {
    const refused = unreachable.includes(config.name) ? "refused the connection just now; " : "";
    return `${config.name} (${config.url}): ${refused}${health.state}, ${health.lastFailure?.reason ?? "no check failed"}`;
  });
  return `No region can take this request. ${reasons.join(". ")}.`;
}
