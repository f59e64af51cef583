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
import { type Operation, type RequestRecord, recordOf } from "./request-record.ts";
import type { ActiveTurns, Turn } from "./turns.ts";

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

const modelParamsSchema = z.object({ model: z.string() });

/** How long a cancelled answer may take to reach a caller that has not read it yet. */
const UNREAD_ANSWER_GRACE_MS = 2_000;

export interface GatewayDeps extends ForwardDeps {
  readonly env: Env;
  readonly metrics: Metrics;
  readonly turns: ActiveTurns;
}

/** The Anthropic-compatible routes. */
export async function gatewayRoutes(parent: FastifyInstance, deps: GatewayDeps): Promise<void> {
  const app = parent.withTypeProvider<ZodTypeProvider>();
  app.addHook("onRequest", createAdmission(deps));

  const postRoute = (operation: Operation) => ({ config: { operation }, schema: { headers: headersSchema } });
  app.post(PATHS.messages, postRoute("message"), (request, reply) =>
    postMessage(request, reply, PATHS.messages, deps),
  );
  app.post(PATHS.countTokens, postRoute("count_tokens"), (request, reply) =>
    postMessage(request, reply, PATHS.countTokens, deps),
  );

  const config = { operation: "models" } as const;
  app.get(PATHS.models, { config, schema: { headers: headersSchema } }, (request, reply) =>
    getModels(request, reply, PATHS.models, deps),
  );
  const schema = { headers: headersSchema, params: modelParamsSchema };
  app.get(`${PATHS.models}/:model`, { config, schema }, (request, reply) =>
    getModels(request, reply, `${PATHS.models}/${encodeURIComponent(request.params.model)}`, deps),
  );
}

/** Authenticates each request, then admits it, before its body is read. A route without operation is never reached. */
function createAdmission({ env, metrics, turns }: GatewayDeps) {
  const checkKey = createGatewayKeyCheck(env.gatewayKeySha256);
  const agentTypeLabel = createBoundedLabel({ pattern: AGENT_TYPE, maxValues: MAX_AGENT_TYPES });
  return async (request: FastifyRequest, reply: FastifyReply): Promise<void> => {
    const { operation } = request.routeOptions.config;
    if (operation === undefined) throw new Error(`${request.routeOptions.url} has no operation`);
    const record: RequestRecord = { agentType: UNAUTHENTICATED, operation };
    request.record = record;
    checkKey(request.headers);
    record.agentType = agentTypeLabel(String(request.headers[HEADERS.agentType] ?? DIRECT));
    const session = String(request.headers[HEADERS.session] ?? "");
    if (SESSION.test(session)) record.session = session;
    metrics.requestRate.count();
    refuseEncodedBody(request);
    record.turn = turns.begin(expectedBodyBytes(request, env.maxBodyBytes));
    metrics.agentRequests.began(record.agentType);
    cutOffWhenCancelled(record.turn, reply);
  };
}

/** A chunked body may turn out to have any size that is allowed. */
function expectedBodyBytes({ headers }: FastifyRequest, maxBodyBytes: number): number {
  if (headers["transfer-encoding"] !== undefined) return maxBodyBytes;
  return Math.min(Number(headers["content-length"] ?? 0), maxBodyBytes);
}

/** A caller that does not read never takes the end of its answer, and would hold its turn for ever. */
function cutOffWhenCancelled(turn: Turn, reply: FastifyReply): void {
  turn.signal.addEventListener("abort", () => {
    turn.after(UNREAD_ANSWER_GRACE_MS, () => reply.raw.destroy());
  });
}

function postMessage(request: FastifyRequest, reply: FastifyReply, path: string, deps: GatewayDeps) {
  const { model, stream } = inspectMessageRequest(request.body);
  const record = recordOf(request);
  record.requestedModel = model;
  const streams = stream && record.operation === "message";
  if (streams) record.operation = "stream";
  return forward(request, reply, { method: "POST", streams, ...callOf(request, path) }, deps);
}

function getModels(request: FastifyRequest, reply: FastifyReply, path: string, deps: GatewayDeps) {
  return forward(request, reply, { method: "GET", streams: false, ...callOf(request, path) }, deps);
}

/** Path and query for the upstream, and the caller's deadline. */
function callOf(request: FastifyRequest, path: string) {
  const deadlineMs = request.headers[HEADERS.deadlineMs];
  const query = request.url.indexOf("?");
  return {
    path: query === -1 ? path : path + request.url.slice(query),
    ...(deadlineMs === undefined ? {} : { deadlineMs: Number(deadlineMs) }),
  };
}

/** A compressed body could unpack to any size; the API takes none, so neither does the gateway. */
function refuseEncodedBody(request: FastifyRequest): void {
  const encoding = request.headers["content-encoding"];
  if (encoding !== undefined && encoding !== "identity") throw new GatewayError("unsupported_media_type");
}
