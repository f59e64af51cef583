import type { FastifyInstance, FastifyReply, FastifyRequest } from "fastify";
import { GatewayError } from "../errors.ts";
import { authorize } from "./authorize.ts";
import { forward } from "./call.ts";
import type { GatewayDeps } from "./deps.ts";
import { admit, freeAdmission, takeBody } from "./messages.ts";
import { recordOf } from "./request-record.ts";
import { upstreamPathOf } from "./upstream-path.ts";

/** The name under which breakers and switches know what is passed through. */
const PASSED_THROUGH = "pass-through";

/** Uploads are free; whatever else is posted may start work whose cost nobody here can tell. */
const FREE_UPLOADS = /^\/v1\/files(\/|$)/;

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

/** Whether the configuration lists this path, or one above it. Paths that climb are never listed. */
export function isListed(url: string, { passThrough }: GatewayDeps["config"]["current"]): boolean {
  const [path = ""] = url.split("?", 1);
  if (path.includes("..") || path.includes("//") || path.includes("%") || path.includes("\\")) return false;
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
  await admit(request, isFree ? admission : { ...admission, boundNanoUsd: undefined }, reply, deps);
  const path = upstreamPathOf(request, request.url.split("?", 1)[0] ?? "");
  const call = { method, path, models: [PASSED_THROUGH], streams: false } as const;
  return await forward(request, reply, { ...call, bodyFor: () => record.body }, deps);
}

function methodOf({ method }: FastifyRequest): "GET" | "POST" | "DELETE" {
  if (method === "GET" || method === "POST" || method === "DELETE") return method;
  throw new GatewayError("not_found");
}
