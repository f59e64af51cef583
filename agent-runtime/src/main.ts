import type { AddressInfo } from "node:net";
import type { FastifyInstance } from "fastify";
import { buildApp } from "./app.ts";
import { type Env, EnvError, loadEnv } from "./env.ts";
import { loadModels, type ModelCatalogue } from "./gateway/models.ts";
import { startSimulatedClaude } from "./gateway/simulated-claude.ts";
import { ActiveTurns } from "./gateway/turns.ts";
import { createUpstream, type Upstream } from "./gateway/upstream.ts";
import { Lifecycle } from "./lifecycle.ts";
import { createLogger } from "./log.ts";
import { createMetrics } from "./metrics/catalogue.ts";
import { buildMetricsServer } from "./metrics/metrics-server.ts";
import { Shutdown } from "./shutdown.ts";

const EXIT_BAD_CONFIGURATION = 78; // EX_CONFIG of sysexits.h

await main();

async function main(): Promise<void> {
  const shutdown = new Shutdown();
  const env = readEnvOrExit();
  const log = createLogger(env);
  const lifecycle = new Lifecycle();
  const turns = new ActiveTurns(env);
  const models = loadModels();
  const metrics = createMetrics();
  metrics.registry.collectProcessMetrics();
  const upstream = await openUpstream(env, models);
  const app = buildApp({ env, log, metrics, models, upstream, turns, lifecycle });
  const metricsServer = buildMetricsServer(metrics.registry);

  shutdown.started({
    log,
    lifecycle,
    turns,
    drainMs: env.maxTurnSeconds * 1000,
    closeIdleConnections: () => app.server.closeIdleConnections(),
    close: async () => {
      await Promise.all([app.close(), metricsServer.close()]);
      await upstream.close();
    },
  });
  await app.listen({ host: env.host, port: env.httpPort });
  await metricsServer.listen({ host: env.host, port: env.metricsPort });
  lifecycle.ready();
  log.info(
    {
      host: env.host,
      httpPort: portOf(app),
      metricsPort: portOf(metricsServer),
      upstream: env.upstream.kind,
    },
    env.upstream.kind === "simulated" ? "listening; answers come from the simulated Claude" : "listening",
  );
}

function readEnvOrExit(): Env {
  try {
    return loadEnv();
  } catch (fault) {
    if (!(fault instanceof EnvError)) throw fault;
    console.error(fault.message);
    process.exit(EXIT_BAD_CONFIGURATION);
  }
}

async function openUpstream(env: Env, models: ModelCatalogue): Promise<Upstream> {
  const maxConnections = env.maxConcurrentRequests;
  if (env.upstream.kind === "anthropic") {
    const { baseUrl, apiKey } = env.upstream;
    return createUpstream({ baseUrl, apiKey, simulated: false, maxConnections });
  }
  const claude = await startSimulatedClaude(models);
  const upstream = createUpstream({
    baseUrl: claude.baseUrl,
    apiKey: "simulated",
    simulated: true,
    maxConnections,
  });
  return {
    ...upstream,
    close: async () => {
      await upstream.close();
      await claude.close();
    },
  };
}

function portOf(app: FastifyInstance): number {
  return (app.server.address() as AddressInfo).port;
}
