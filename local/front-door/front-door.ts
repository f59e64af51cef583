import Fastify, {
  type FastifyBaseLogger,
  type FastifyInstance,
  type FastifyReply,
  LogController,
} from "fastify";
import type { buildConnector, Dispatcher } from "undici";
import { buildDispatcher } from "./dispatcher.ts";
import { errorBody } from "./error-reply.ts";
import { forward } from "./forward.ts";
import type { FrontDoorConfig } from "./front-door-config.ts";
import { OpenConnections } from "./open-connections.ts";
import { Region, type RegionOptions } from "./region.ts";
import { hasAlternative, routeOrder } from "./route-order.ts";
import { type FrontDoorStatus, regionStatus, STATUS_PATH } from "./status.ts";

export interface FrontDoorDeps {
  readonly config: FrontDoorConfig;
  /** Whether one JSON line per request and per change of a region or endpoint goes to standard output. */
  readonly logged: boolean;
  /** How connections to endpoints are opened; by default TCP or TLS. */
  readonly connect?: buildConnector.connector;
}

/**
 * Builds the proxy over the regions without listening. Health checks begin when the server becomes ready and end when
 * it is closed; closing lets open requests end first.
 */
export function buildFrontDoor({ config, logged, connect }: FrontDoorDeps): FastifyInstance {
  const app = Fastify({
    logger: logged,
    logController: new LogController({ disableRequestLogging: true }),
    forceCloseConnections: "idle",
    frameworkErrors: (error, _request, reply) => refuse(reply, error),
  });
  const connections = new OpenConnections();
  const dispatcher = buildDispatcher(config.connectTimeoutMs, connections, connect);
  const regions = buildRegions({ settings: config, dispatcher, connections }, app.log);
  app.addHook("onReady", async () => {
    await Promise.all(regions.map((region) => region.start()));
  });
  app.addHook("onClose", async () => {
    await Promise.all(regions.map((region) => region.stop()));
    await dispatcher.destroy();
  });
  addRoutes(app, regions, dispatcher);
  return app;
}

function buildRegions(
  { settings, ...network }: Pick<RegionOptions, "dispatcher" | "connections"> & { settings: FrontDoorConfig },
  log: FastifyBaseLogger,
): Region[] {
  const regions: Region[] = settings.regions.map(
    (config) =>
      new Region({
        config,
        settings,
        ...network,
        hasAlternative: (region) => hasAlternative(regions, region),
        onEvent: ({ type, ...event }) => log.info({ region: config.name, ...event }, type),
      }),
  );
  return regions;
}

function addRoutes(app: FastifyInstance, regions: readonly Region[], dispatcher: Dispatcher): void {
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
    regions: regions.map(regionStatus),
  };
}

function refuse(reply: FastifyReply, { message }: Error): FastifyReply {
  return reply
    .code(400)
    .type("application/json")
    .send(errorBody({ type: "invalid_request_error", message }));
}
