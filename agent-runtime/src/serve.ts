import type { AddressInfo } from "node:net";
import type { FastifyInstance } from "fastify";
import { ConfigError } from "./config/config-error.ts";
import { type Env, EnvError, loadEnv } from "./env.ts";
import { openUpstream } from "./gateway/open-upstream.ts";
import { Lifecycle } from "./lifecycle.ts";
import { createLogger, type Logger } from "./log.ts";
import { buildMetricsServer } from "./metrics/metrics-server.ts";
import { createOpsDeps } from "./ops/ops-deps.ts";
import { buildOpsServer } from "./ops/ops-server.ts";
import { MemoryGuard, type MemoryPressure } from "./pressure/memory-guard.ts";
import { createRuntime, type Runtime } from "./runtime.ts";
import { Shutdown } from "./shutdown.ts";
import type { Store } from "./store/contract.ts";
import { loadTelemetry } from "./telemetry/load-telemetry.ts";

const EXIT_BAD_CONFIGURATION = 78; // EX_CONFIG of sysexits.h

/** Serves until a signal ends the process. */
export async function serve(): Promise<void> {
  const shutdown = new Shutdown();
  const env = orExit(() => loadEnv());
  const log = createLogger(env);
  const lifecycle = new Lifecycle();
  const telemetry = await loadTelemetry(env, log);
  const upstream = await openUpstream(env, log);
  const runtime = await orExit(() => createRuntime({ env, log, lifecycle, upstream, telemetry }));
  runtime.metrics.registry.collectProcessMetrics();
  const memory = guardMemory(runtime, log, shutdown);
  const ops = buildOpsServer(createOpsDeps({ env, log, lifecycle, runtime, drain: () => shutdown.drain() }));
  const metricsServer = buildMetricsServer(runtime.metrics.registry);

  shutdown.started({
    log,
    lifecycle,
    turns: runtime.turns,
    drainMs: env.maxTurnSeconds * 1000,
    closeIdleConnections: () => runtime.app.server.closeIdleConnections(),
    close: async () => {
      memory.stop();
      await Promise.all([runtime.app.close(), metricsServer.close(), ops.close()]);
      await runtime.close();
      await telemetry?.shutdown();
    },
  });
  await runtime.app.listen({ host: env.host, port: env.httpPort });
  await metricsServer.listen({ host: env.host, port: env.metricsPort });
  await ops.listen({ host: env.opsHost, port: env.opsPort });
  await untilUp(runtime.store, STORE_PATIENCE_MS);
  lifecycle.ready();
  log.info(listeningFields(env, runtime, { metrics: metricsServer, ops }), listeningMessage(env));
  await runtime.settleIn();
}

/**
 * How long a start waits for the store. A process that is ready before would refuse what comes; one that waited for ever
 * would leave nobody to say what is wrong.
 */
const STORE_PATIENCE_MS = 3_000;

function untilUp(store: Store, patienceMs: number): Promise<void> {
  if (store.isUp) return Promise.resolve();
  return new Promise((resolve) => {
    const done = () => {
      clearTimeout(timer);
      stopWatching();
      resolve();
    };
    const timer = setTimeout(done, patienceMs);
    const stopWatching = store.watch(({ kind }) => {
      if (kind === "connected") done();
    });
  });
}

/** What is wrong with the configuration is told in words, without a stack, and ends the process. */
function orExit<T>(work: () => T): T {
  const exit = (fault: unknown): never => {
    if (!(fault instanceof EnvError) && !(fault instanceof ConfigError)) throw fault;
    console.error(fault.message);
    process.exit(EXIT_BAD_CONFIGURATION);
  };
  try {
    const result = work();
    return result instanceof Promise ? (result.catch(exit) as T) : result;
  } catch (fault) {
    return exit(fault);
  }
}

/** A process that the kernel kills cuts its streams; one that drains does not. */
function guardMemory({ metrics }: Runtime, log: Logger, shutdown: Shutdown): MemoryGuard {
  const fields = ({ kind, usedRatio, growthPerMinute }: MemoryPressure) => ({
    kind,
    usedPercent: Math.round(usedRatio * 100),
    growthPercentPerMinute: Math.round(growthPerMinute * 1000) / 10,
  });
  return new MemoryGuard({
    metrics: metrics.memoryUsed,
    onWarning: (pressure) => log.warn(fields(pressure), "memory runs short"),
    onExhausted: (pressure) => {
      log.error(fields(pressure), "memory is used up: draining, to be started anew");
      shutdown.drain();
    },
  });
}

function listeningFields(
  env: Env,
  { app, store }: Runtime,
  servers: { readonly metrics: FastifyInstance; readonly ops: FastifyInstance },
) {
  return {
    host: env.host,
    httpPort: portOf(app),
    metricsPort: portOf(servers.metrics),
    opsHost: env.opsHost,
    opsPort: portOf(servers.ops),
    upstream: env.upstream.kind,
    store: store.kind,
    keepsState: store.kind === "redis" || env.dataDir !== undefined,
  };
}

function listeningMessage(env: Env): string {
  return env.upstream.kind === "simulated"
    ? "listening; answers come from the simulated Claude"
    : "listening";
}

function portOf(app: FastifyInstance): number {
  return (app.server.address() as AddressInfo).port;
}
