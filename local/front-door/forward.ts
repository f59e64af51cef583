import type { IncomingMessage, ServerResponse } from "node:http";
import type { Dispatcher } from "undici";
import { isConnectTimeout } from "./connect-failure.ts";
import type { Endpoint } from "./endpoint.ts";
import { sendError } from "./error-reply.ts";
import { nextRoute } from "./next-route.ts";
import type { Region } from "./region.ts";
import { isFailed, requestRegion } from "./region-request.ts";
import { type RelayEnd, relayResponse } from "./relay-response.ts";
import { steadyNow } from "./steady-clock.ts";

/** What became of a request, for the log. */
export interface ForwardResult {
  readonly end: RelayEnd | "no-region" | "bad-request";
  /** The region that got the request, and the endpoint that took it there. */
  readonly region?: string;
  readonly endpoint?: string;
  /** Endpoints that were tried before and could not be connected to. */
  readonly unreachable: readonly string[];
}

/** Two regions of three workers. Only connects that fail are followed by another attempt, each within its time limit. */
const MAX_ATTEMPTS = 6;

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
  const tried = new Set<Endpoint>();
  while (tried.size < MAX_ATTEMPTS) {
    const route = nextRoute(regions, tried);
    if (route === undefined) break;
    const { region, endpoint } = route;
    const taken = { region: region.config.name, endpoint: endpoint.url, unreachable: urlsOf(tried) };
    const since = steadyNow();
    const reply = await requestRegion(dispatcher, endpoint.url, request, left.signal);
    if (left.signal.aborted) return { end: "client-left", ...taken };
    if (reply.type === "unreachable") {
      if (isToBlame(endpoint, reply.error, since, regions)) endpoint.connectFailed(reply.error);
      tried.add(endpoint);
      continue;
    }
    region.answered({ failed: isFailed(reply) });
    if (reply.type === "broken") {
      sendBroken(client, taken.region, reply.error);
      return { end: "region-broke-off", ...taken };
    }
    endpoint.answered();
    return { end: await relayResponse(reply.response, client, taken.region, left.signal), ...taken };
  }
  sendError(client, { status: 503, type: "overloaded_error", message: whyNoRegion(regions, tried) });
  return { end: "no-region", unreachable: urlsOf(tried) };
}

/**
 * A time-out while no other endpoint is heard of says nothing about this one: then the machine is too busy, and counting
 * it would take all endpoints out at once.
 */
function isToBlame(endpoint: Endpoint, error: unknown, since: number, regions: readonly Region[]): boolean {
  const others = regions.flatMap(({ endpoints }) => endpoints).filter((other) => other !== endpoint);
  return !isConnectTimeout(error) || others.some(({ lastHeardAt }) => lastHeardAt > since);
}

function urlsOf(endpoints: Iterable<Endpoint>): string[] {
  return Array.from(endpoints, ({ url }) => url);
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

function whyNoRegion(regions: readonly Region[], tried: ReadonlySet<Endpoint>): string {
  const reasons = regions.flatMap(({ config, endpoints }) =>
    endpoints.map((endpoint) => {
      const { state, lastFailure } = endpoint.health;
      const attempt = tried.has(endpoint) ? "could not be connected to just now; " : "";
      return `${config.name} (${endpoint.url}): ${attempt}${state}, ${lastFailure?.reason ?? "no check failed"}`;
    }),
  );
  return `No region can take this request. ${reasons.join(". ")}.`;
}
