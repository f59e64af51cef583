import Fastify, { type FastifyInstance, type FastifyReply, LogController } from "fastify";
import { Agent } from "undici";
import { errorBody } from "./error-reply.ts";
import { forward } from "./forward.ts";
import type { FrontDoorConfig } from "./front-door-config.ts";
import { Region } from "./region.ts";
import { routeOrder } from "./route-order.ts";
import { type FrontDoorStatus, regionStatus, STATUS_PATH } from "./status.ts";

export interface FrontDoorDeps {
  readonly config: FrontDoorConfig;
  /** Whether one JSON line per request and per change of a region goes to standard output. */
  readonly logged: boolean;
}

/**
 * Builds the proxy over the regions without listening. Health checks begin when the server becomes ready and end when
 * it is closed; closing lets open requests end first.
 */
export function buildFrontDoor({ config, logged }: FrontDoorDeps): FastifyInstance {
  const app = Fastify({
    logger: logged,
    logController: new LogController({ disableRequestLogging: true }),
    forceCloseConnections: "idle",
    frameworkErrors: (error, _request, reply) => refuse(reply, error),
  });
  const dispatcher = buildDispatcher(config);
  const regions = config.regions.map(
    (region) =>
      new Region(region, config.health, dispatcher, ({ state, lastFailure }, before) =>
        app.log.info({ region: region.name, from: before.state, to: state, lastFailure }, "region"),
      ),
  );
  app.addHook("onReady", async () => {
    await Promise.all(regions.map(({ checker }) => checker.start()));
  });
  app.addHook("onClose", async () => {
    await Promise.all(regions.map(({ checker }) => checker.stop()));
    await dispatcher.destroy();
  });
  addRoutes(app, regions, dispatcher);
  return app;
}

function buildDispatcher({ connectTimeoutMs }: FrontDoorConfig): Agent {
  // Time limits of turns are the runtime's: a silent stream is not a broken one.
  return new Agent({
    allowH2: false,
    headersTimeout: 0,
    bodyTimeout: 0,
    connect: { timeout: connectTimeoutMs },
  });
}

function addRoutes(app: FastifyInstance, regions: readonly Region[], dispatcher: Agent): void {
  // Bodies are streamed to the region, whatever they hold.
  app.removeAllContentTypeParsers();
  app.addContentTypeParser("*", (_request, _payload, done) => done(null));
  app.setErrorHandler((error: Error, _request, reply) => refuse(reply, error));
  app.setNotFoundHandler((request, reply) =>
    refuse(reply, new Error(`method ${request.method} is not supported`)),
  );
  app.get(STATUS_PATH, () => statusOf(regions));
  app.all("/*", async (request, reply) => {
    reply.hijack();
    const start = performance.now();
    const result = await forward(regions, dispatcher, request.raw, reply.raw);
    const ms = Math.round(performance.now() - start);
    app.log.info({ method: request.method, status: reply.raw.statusCode, ms, ...result }, "request");
  });
}

function statusOf(regions: readonly Region[]): FrontDoorStatus {
  return {
    active: routeOrder(regions)[0]?.config.name ?? null,
    regions: regions.map(({ config, health }) => regionStatus(config, health)),
  };
}

function refuse(reply: FastifyReply, { message }: Error): FastifyReply {
  return reply
    .code(400)
    .type("application/json")
    .send(errorBody({ type: "invalid_request_error", message }));
}
