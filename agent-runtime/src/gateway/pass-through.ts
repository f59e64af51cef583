import type { FastifyInstance, FastifyReply, FastifyRequest } from "fastify";
import { PATHS } from "../contract.ts";
import { GatewayError } from "../errors.ts";
import { PASSED_THROUGH } from "../resilience/breakers.ts";
import { authorize } from "./authorize.ts";
import { forward } from "./call.ts";
import type { GatewayDeps } from "./deps.ts";
import { admit, freeAdmission, takeBody } from "./messages.ts";
import { recordOf } from "./request-record.ts";
import { upstreamPathOf } from "./upstream-path.ts";

/** Uploads are free; whatever else is posted may start work whose cost nobody here can tell. */
const FREE_UPLOADS = /^\/v1\/files(\/|$)/;

const UNBOUNDED = {
  boundNanoUsd: undefined,
  whyUnbounded: "What a POST to a path that is passed through may cost is not known here",
};

/** Further paths of the upstream, those that the configuration lists and no others. Their bodies may be of any type. */
export async function passThroughRoutes(app: FastifyInstance, deps: GatewayDeps): Promise<void> {
  app.removeAllContentTypeParsers();
  app.addContentTypeParser("*", { parseAs: "buffer" }, async (_request: unknown, body: Buffer) => body);
  app.route({
    method: ["GET", "POST", "DELETE"],
    url: "/v1/*",
    config: { operation: "pass_through" },
    handler: (request, reply) => passThrough(request, reply, deps),
  });
}

/** What no upstream can read as another path: no segments that are empty or begin with a dot, nothing that is encoded. */
const CLEAR = /^(\/[\w~:@+,=-][\w.~:@+,=-]*)+\/?$/;

/** Paths that the gateway itself serves, with the price, policies and limits that belong to them. */
const SERVED = new RegExp(`^(${PATHS.messages}|${PATHS.countTokens}|${PATHS.models}(/[^/]*)?)/?$`);

/**
 * Whether the configuration lists this path, or one above it. Never listed are paths that climb, and those that differ
 * from a served one in nothing but a slash at the end.
 */
export function isListed(url: string, { passThrough }: GatewayDeps["config"]["current"]): boolean {
  const [path = ""] = url.split("?", 1);
  if (!CLEAR.test(path) || SERVED.test(path)) return false;
  return passThrough.some((listed) => path === listed || path.startsWith(`${listed}/`));
}

async function passThrough(
  request: FastifyRequest,
  reply: FastifyReply,
  deps: GatewayDeps,
): Promise<FastifyReply> {
  const method = methodOf(request);
  const record = recordOf(request);
  takeBody(request, record);
  authorize(request, "upstream:pass-through", {}, deps);
  const isFree = method !== "POST" || FREE_UPLOADS.test(request.url);
  const admission = freeAdmission(request, PASSED_THROUGH);
  await admit(request, isFree ? admission : { ...admission, ...UNBOUNDED }, reply, deps);
  const path = upstreamPathOf(request, request.url.split("?", 1)[0] ?? "");
  const call = { method, path, models: [PASSED_THROUGH], streams: false } as const;
  return await forward(request, reply, { ...call, bodyFor: () => record.body }, deps);
}

function methodOf({ method }: FastifyRequest): "GET" | "POST" | "DELETE" {
  if (method === "GET" || method === "POST" || method === "DELETE") return method;
  throw new GatewayError("not_found");
}
