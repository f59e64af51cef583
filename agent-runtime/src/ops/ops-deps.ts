import { memoryUsage } from "node:process";
import { GATEWAY_CONFIG_FILE } from "../contract.ts";
import type { Env } from "../env.ts";
import type { Lifecycle } from "../lifecycle.ts";
import { BudgetReadings } from "../limits/budget-readings.ts";
import { Switches } from "../limits/switches.ts";
import type { Logger } from "../log.ts";
import { RSS_LIMIT_BYTES } from "../pressure/memory-guard.ts";
import type { Runtime } from "../runtime.ts";
import { readDataDisk } from "./data-disk.ts";
import type { BreakerPort, HealthReadings, OpsDeps } from "./ports.ts";

interface OpsOptions {
  readonly env: Env;
  readonly log: Logger;
  readonly lifecycle: Lifecycle;
  readonly runtime: Runtime;
  /** Does what SIGTERM does. */
  readonly drain: () => void;
}

/** The parts of the running process, as the ops server knows them. */
export function createOpsDeps({ env, log, lifecycle, runtime, drain }: OpsOptions): OpsDeps {
  const { store, config, calendar, raises, thresholds, access, apiKeys } = runtime;
  return {
    log,
    region: env.region,
    access: {
      authenticate: access.authenticate,
      authorize: (identity, action) => access.policies.decide(identity, action),
    },
    breakers: breakerPort(runtime),
    budgets: new BudgetReadings({ ledger: store.ledger, config, calendar, raises, thresholds }),
    raises,
    caches: runtime.caches,
    limits: config,
    keys: apiKeys,
    models: runtime.models,
    switches: new Switches(store.table("switches"), { models: runtime.models }),
    usage: store.usage,
    health: { read: () => readHealth(env, runtime) },
    process: { read: () => readProcess(env, lifecycle, runtime), drain },
    now: () => new Date(),
  };
}

const RESET_TOPIC = "breakers:reset";

/** Breakers are per process: a reset is told to every replica, and this one hears it like the others. */
function breakerPort({ breakers, store }: Runtime): BreakerPort {
  store.watch((event) => {
    if (event.kind !== "broadcast" || event.topic !== RESET_TOPIC) return;
    breakers.reset(event.message === "" ? undefined : event.message);
  });
  return {
    list: () => breakers.list(),
    async reset(model) {
      const count = breakers
        .list()
        .filter((breaker) => model === undefined || breaker.model === model).length;
      await store.broadcast(RESET_TOPIC, model ?? "");
      return count;
    },
  };
}

async function readHealth(env: Env, runtime: Runtime): Promise<HealthReadings> {
  const { store, config, access, shedder, recentAnswers } = runtime;
  const dataDisk = env.dataDir === undefined ? {} : { dataDisk: await readDataDisk(env.dataDir) };
  return {
    store: { kind: store.kind, isUp: store.isUp },
    upstream: { simulated: env.upstream.kind === "simulated", lastAnswers: recentAnswers.list() },
    memory: {
      usedBytes: memoryUsage.rss(),
      limitBytes: RSS_LIMIT_BYTES,
    },
    eventLoop: { lagMs: shedder.lagMs },
    ...dataDisk,
    configFiles: [
      { file: GATEWAY_CONFIG_FILE, isCurrent: config.isCurrent },
      { file: "policies", isCurrent: access.policies.isCurrent },
    ],
  };
}

function readProcess(env: Env, lifecycle: Lifecycle, { turns }: Runtime) {
  return {
    service: env.service,
    version: env.serviceVersion,
    environment: env.environment,
    region: env.region,
    role: env.role,
    upstream: env.upstream.kind,
    phase: lifecycle.phase,
    uptimeSeconds: lifecycle.uptimeSeconds,
    turns: turns.size,
  };
}
