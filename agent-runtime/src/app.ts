import Fastify, {
  type FastifyBaseLogger,
  type FastifyInstance,
  type FastifyReply,
  type FastifyRequest,
  LogController,
} from "fastify";
import { serializerCompiler, validatorCompiler } from "fastify-type-provider-zod";
import { HEADERS } from "./contract.ts";
import { createErrorReply, newRequestId, replyToParserError } from "./error-replies.ts";
import { GatewayError } from "./errors.ts";
import { type AccountingDeps, account } from "./gateway/accounting.ts";
import type { GatewayDeps } from "./gateway/deps.ts";
import { MAX_MODEL_NAME_LENGTH } from "./gateway/message-request.ts";
import { failureOf, type RequestRecord } from "./gateway/request-record.ts";
import { gatewayRoutes } from "./gateway/routes.ts";
import type { Upstream } from "./gateway/upstream.ts";
import type { Lifecycle } from "./lifecycle.ts";
import type { Logger } from "./log.ts";
import { healthRoutes } from "./ops/health.ts";

const MAX_HEADER_BYTES = 16 * 1024;

/** How long a caller may take to send its headers, and its whole request. */
const HEADERS_TIMEOUT_MS = 15_000;
const REQUEST_TIMEOUT_MS = 120_000;

/** Longer than Traefik holds idle connections to its servers (90 s), so that it is never this side that closes one in use. */
const KEEP_ALIVE_TIMEOUT_MS = 120_000;

export interface AppDeps extends GatewayDeps, AccountingDeps {
  readonly log: Logger;
  readonly upstream: Pick<Upstream, "simulated">;
  readonly lifecycle: Lifecycle;
}

/** Builds the gateway's HTTP application. Does not listen. */
export function buildApp(deps: AppDeps): FastifyInstance {
  const { env, log } = deps;
  const replyWithError = createErrorReply(env.maxBodyBytes);
  const app: FastifyInstance = Fastify({
    loggerInstance: log as FastifyBaseLogger,
    logController: new LogController({ disableRequestLogging: true, requestIdLogLabel: "requestId" }),
    genReqId: newRequestId,
    requestIdHeader: false,
    bodyLimit: env.maxBodyBytes,
    requestTimeout: REQUEST_TIMEOUT_MS,
    keepAliveTimeout: KEEP_ALIVE_TIMEOUT_MS,
    http: { maxHeaderSize: MAX_HEADER_BYTES, headersTimeout: HEADERS_TIMEOUT_MS },
    routerOptions: { maxParamLength: MAX_MODEL_NAME_LENGTH },
    clientErrorHandler: replyToParserError,
    // A URL that the router cannot read reaches no hook and no error handler.
    frameworkErrors: (fault, request, reply) => {
      begin(request, reply, deps);
      replyWithError(fault, request, reply);
    },
    exposeHeadRoutes: false,
    return503OnClosing: false,
  });
  app.setValidatorCompiler(validatorCompiler);
  app.setSerializerCompiler(serializerCompiler);
  app.removeAllContentTypeParsers();
  app.addContentTypeParser(
    "application/json",
    { parseAs: "buffer" },
    async (_request: unknown, body: Buffer) => body,
  );

  app.setErrorHandler(replyWithError);
  app.decorateRequest("record", undefined);
  app.addHook("onRequest", async (request, reply) => {
    begin(request, reply, deps);
    // Now, because nobody has shown a key yet: the not-found handler would run after the body was read.
    if (request.is404) throw new GatewayError("not_found");
  });
  app.register(healthRoutes, deps);
  app.register(gatewayRoutes, deps);
  return app;
}

/** What every request gets, whatever becomes of it. */
function begin(request: FastifyRequest, reply: FastifyReply, deps: AppDeps): void {
  observe(request, reply, deps);
  setCommonHeaders(request, reply, deps);
}

function setCommonHeaders(
  request: FastifyRequest,
  reply: FastifyReply,
  { env, upstream, lifecycle }: AppDeps,
): void {
  reply.header(HEADERS.requestId, request.id).header(HEADERS.region, env.region);
  if (upstream.simulated) reply.header(HEADERS.simulated, "true");
  if (lifecycle.phase === "draining") reply.header("connection", "close");
}

/** Books and logs the request once, when its connection is done with it: answered, broken off or left by the caller. */
function observe(request: FastifyRequest, reply: FastifyReply, deps: AppDeps): void {
  const startedAtMs = performance.now();
  reply.raw.once("close", () => {
    const { method, record } = request;
    if (record !== undefined) record.isClosed = true;
    if (!reply.raw.writableFinished) breakOff(record);
    const durationSeconds = (performance.now() - startedAtMs) / 1000;
    const route = routeOf(request);
    const statusCode = reply.raw.headersSent ? reply.raw.statusCode : 499;
    deps.metrics.http.ended({ method, route, statusCode, durationSeconds });
    const fields = { method, route, statusCode, durationMs: Math.round(durationSeconds * 1000) };
    if (record === undefined) {
      request.log.debug(fields, "request");
      return;
    }
    request.log.info({ ...fields, ...account(record, durationSeconds, deps) }, "request");
    endTrace(record, statusCode);
    if (record.turn !== undefined) deps.metrics.agentRequests.left(record.agentType);
    record.turn?.end();
  });
}

/** The pattern of the route. A path that could be passed through, and is not, is an unknown one like any other. */
function routeOf({ routeOptions, record }: FastifyRequest): string {
  const isRefused = routeOptions.config.operation === "pass_through" && record === undefined;
  return isRefused ? "unmatched" : (routeOptions.url ?? "unmatched");
}

/** The caller left, unless the turn was cancelled before and the caller did not read that. */
function breakOff(record: RequestRecord | undefined): void {
  if (record?.turn === undefined) return;
  const { turn } = record;
  turn.cancel(new GatewayError("client_closed"));
  if (turn.cancelledBy !== undefined) record.failure ??= failureOf(turn.cancelledBy);
}

function endTrace({ span, agentType, identity, failure }: RequestRecord, statusCode: number): void {
  span?.end({
    statusCode,
    agentType,
    ...(identity === undefined ? {} : { tenant: identity.tenant }),
    ...(failure === undefined ? {} : { failure }),
  });
}
