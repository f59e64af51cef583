import type { FastifyInstance, FastifyReply, FastifyRequest } from "fastify";
import type { ZodTypeProvider } from "fastify-type-provider-zod";
import { z } from "zod";
import { createGatewayKeyCheck } from "../auth/gateway-key.ts";
import { HEADERS, PATHS } from "../contract.ts";
import type { Env } from "../env.ts";
import { GatewayError } from "../errors.ts";
import { createBoundedLabel } from "../metrics/bounded-label.ts";
import type { Metrics } from "../metrics/catalogue.ts";
import { type ForwardDeps, forward } from "./forward.ts";
import { inspectMessageRequest } from "./message-request.ts";
import { type Operation, recordOf } from "./request-record.ts";
import type { ActiveTurns } from "./turns.ts";

/** Agent type of a request that names none. */
const DIRECT = "direct";

/** Agent type of a request that showed no valid key: what it names must not take a place among the labels. */
const UNAUTHENTICATED = "unauthenticated";

const AGENT_TYPE = /^[a-z0-9][a-z0-9._-]{0,62}$/;
const MAX_AGENT_TYPES = 50;
const SESSION = /^[A-Za-z0-9._:-]{1,128}$/;

/** Callers' own headers; the others are left as they are. */
const headersSchema = z.looseObject({
  [HEADERS.deadlineMs]: z
    .string()
    .regex(/^[1-9]\d{0,8}$/, "must be a whole number of milliseconds from 1 to 999999999")
    .optional(),
});

const modelParamsSchema = z.object({ model: z.string().max(256) });

export interface GatewayDeps extends ForwardDeps {
  readonly env: Env;
  readonly metrics: Metrics;
  readonly turns: ActiveTurns;
}

/** The Anthropic-compatible routes. Each request is authenticated, then admitted, before its body is read. */
export async function gatewayRoutes(parent: FastifyInstance, deps: GatewayDeps): Promise<void> {
  const app = parent.withTypeProvider<ZodTypeProvider>();
  const checkKey = createGatewayKeyCheck(deps.env.gatewayKeySha256);
  const agentTypeLabel = createBoundedLabel({ pattern: AGENT_TYPE, maxValues: MAX_AGENT_TYPES });

  app.addHook("onRequest", async (request) => {
    const { operation } = request.routeOptions.config;
    if (operation === undefined) return;
    request.record = { agentType: UNAUTHENTICATED, operation };
    checkKey(request.headers);
    request.record.agentType = agentTypeLabel(String(request.headers[HEADERS.agentType] ?? DIRECT));
    const session = String(request.headers[HEADERS.session] ?? "");
    if (SESSION.test(session)) request.record.session = session;
    deps.metrics.requestRate.count();
    refuseEncodedBody(request);
    request.record.turn = deps.turns.begin();
    deps.metrics.agentRequests.began(request.record.agentType);
  });

  const call = (request: FastifyRequest, path: string) => {
    const { [HEADERS.deadlineMs]: deadlineMs } = request.headers;
    const query = request.url.indexOf("?");
    return {
      path: query === -1 ? path : path + request.url.slice(query),
      ...(deadlineMs === undefined ? {} : { deadlineMs: Number(deadlineMs) }),
    };
  };

  const post = (path: string, operation: Operation) =>
    app.post(
      path,
      { config: { operation }, schema: { headers: headersSchema } },
      async (request: FastifyRequest, reply: FastifyReply) => {
        const { model, stream } = inspectMessageRequest(request.body);
        const record = recordOf(request);
        record.requestedModel = model;
        const streams = stream && operation === "message";
        if (streams) record.operation = "stream";
        const body = request.body as Buffer;
        return forward(request, reply, { method: "POST", body, streams, ...call(request, path) }, deps);
      },
    );
  post(PATHS.messages, "message");
  post(PATHS.countTokens, "count_tokens");

  const models = { config: { operation: "models" as const } };
  app.get(PATHS.models, { ...models, schema: { headers: headersSchema } }, (request, reply) =>
    forward(request, reply, { method: "GET", streams: false, ...call(request, PATHS.models) }, deps),
  );
  app.get(
    `${PATHS.models}/:model`,
    { ...models, schema: { headers: headersSchema, params: modelParamsSchema } },
    (request, reply) => {
      const path = `${PATHS.models}/${encodeURIComponent(request.params.model)}`;
      return forward(request, reply, { method: "GET", streams: false, ...call(request, path) }, deps);
    },
  );
}

/** A compressed body could unpack to any size; the API takes none, so neither does the gateway. */
function refuseEncodedBody(request: FastifyRequest): void {
  const encoding = request.headers["content-encoding"];
  if (encoding !== undefined && encoding !== "identity") throw new GatewayError("unsupported_media_type");
}
