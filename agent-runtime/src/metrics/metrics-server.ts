import Fastify, { type FastifyInstance } from "fastify";
import { PATHS } from "../contract.ts";
import type { MetricsRegistry } from "./registry.ts";

/** Serves the metrics on a port of their own, which the edge never exposes. Does not listen. */
export function buildMetricsServer(registry: MetricsRegistry): FastifyInstance {
  const app = Fastify({ logger: false });
  app.get(PATHS.metrics, async (_request, reply) => {
    reply.header("content-type", registry.contentType);
    return registry.text();
  });
  return app;
}
