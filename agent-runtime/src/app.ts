import Fastify, { type FastifyBaseLogger, type FastifyInstance, LogController } from "fastify";
import { serializerCompiler, validatorCompiler } from "fastify-type-provider-zod";
import { HEADERS } from "./contract.ts";
import type { Env } from "./env.ts";
import { installErrorReplies, newRequestId, replyToParserError } from "./error-replies.ts";
import { GatewayError } from "./errors.ts";
import { account } from "./gateway/accounting.ts";
import type { ModelCatalogue } from "./gateway/models.ts";
import { gatewayRoutes } from "./gateway/routes.ts";
import type { ActiveTurns } from "./gateway/turns.ts";
import type { Upstream } from "./gateway/upstream.ts";
import type { Lifecycle } from "./lifecycle.ts";
import type { Logger } from "./log.ts";
import type { Metrics } from "./metrics/catalogue.ts";
import { healthRoutes } from "./ops/health.ts";

const MAX_HEADER_BYTES = 16 * 1024;

/** How long a caller may take to send its headers, and its whole request. */
const HEADERS_TIMEOUT_MS = 15_000;
const REQUEST_TIMEOUT_MS = 120_000;

/** Longer than load balancers hold idle connections, so that it is never this side that closes one in use. */
const KEEP_ALIVE_TIMEOUT_MS = 75_000;

export interface AppDeps {
  readonly env: Env;
  readonly log: Logger;
  readonly metrics: Metrics;
  readonly models: ModelCatalogue;
  readonly upstream: Upstream;
  readonly turns: ActiveTurns;
  readonly lifecycle: Lifecycle;
}

/** Builds the gateway's HTTP application. Does not listen. */
export function buildApp(deps: AppDeps): FastifyInstance {
  const { env, log } = deps;
  const app: FastifyInstance = Fastify({
    loggerInstance: log as FastifyBaseLogger,
    logController: new LogController({ disableRequestLogging: true, requestIdLogLabel: "requestId" }),
    genReqId: newRequestId,
    requestIdHeader: false,
    bodyLimit: env.maxBodyBytes,
    requestTimeout: REQUEST_TIMEOUT_MS,
    keepAliveTimeout: KEEP_ALIVE_TIMEOUT_MS,
    http: { maxHeaderSize: MAX_HEADER_BYTES, headersTimeout: HEADERS_TIMEOUT_MS },
    clientErrorHandler: replyToParserError,
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

  installErrorReplies(app, env.maxBodyBytes);
  installRequestObserver(app, deps);
  installCommonHeaders(app, deps);
  app.register(healthRoutes, deps);
  app.register(gatewayRoutes, deps);
  return app;
}

function installCommonHeaders(app: FastifyInstance, { env, upstream, lifecycle }: AppDeps): void {
  app.addHook("onRequest", async (request, reply) => {
    reply.header(HEADERS.requestId, request.id).header(HEADERS.region, env.region);
    if (upstream.simulated) reply.header(HEADERS.simulated, "true");
    if (lifecycle.phase === "draining") reply.header("connection", "close");
  });
}

/** Books and logs each request once, when its connection is done with it: answered, broken off or left by the caller. */
function installRequestObserver(app: FastifyInstance, deps: AppDeps): void {
  app.decorateRequest("record", null);
  app.addHook("onRequest", async (request, reply) => {
    const startedAtMs = performance.now();
    reply.raw.once("close", () => {
      const record = request.record;
      if (!reply.raw.writableFinished) record?.turn?.cancel(new GatewayError("client_closed"));
      const durationSeconds = (performance.now() - startedAtMs) / 1000;
      const { method } = request;
      const route = request.routeOptions.url ?? "unmatched";
      const statusCode = reply.raw.headersSent ? reply.raw.statusCode : 499;
      deps.metrics.http.ended({ method, route, statusCode, durationSeconds });
      const fields = { method, route, statusCode, durationMs: Math.round(durationSeconds * 1000) };
      if (record === null) {
        request.log.debug(fields, "request");
        return;
      }
      request.log.info({ ...fields, ...account(record, durationSeconds, deps) }, "request");
      if (record.turn !== undefined) deps.metrics.agentRequests.left(record.agentType);
      record.turn?.end();
    });
  });
}
