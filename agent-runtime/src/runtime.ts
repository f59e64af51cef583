import type { FastifyInstance } from "fastify";
import { buildApp } from "./app.ts";
import { parseKnownKey } from "./auth/api-key-record.ts";
import { ApiKeys } from "./auth/api-keys.ts";
import { type Authenticate, createAuthenticate } from "./auth/authenticate.ts";
import { TokenVerifier } from "./auth/jwt.ts";
import { createKeyHash } from "./auth/key-hash.ts";
import { Policies } from "./auth/policies.ts";
import { Caches } from "./cache/caches.ts";
import { createFetchModels } from "./cache/fetch-models.ts";
import { ModelsCache } from "./cache/models-cache.ts";
import { ResponseCache } from "./cache/response-cache.ts";
import { type GatewayConfigSource, loadGatewayConfig } from "./config/load-gateway-config.ts";
import { loadMounted } from "./config/load-mounted.ts";
import type { Env } from "./env.ts";
import { AgentsOfUsage } from "./gateway/agents-of-usage.ts";
import type { GatewayDeps } from "./gateway/deps.ts";
import { loadModels, type ModelCatalogue } from "./gateway/models.ts";
import { RecentAnswers } from "./gateway/recent-answers.ts";
import { ActiveTurns } from "./gateway/turns.ts";
import type { Upstream } from "./gateway/upstream.ts";
import type { Lifecycle } from "./lifecycle.ts";
import { Admissions } from "./limits/admissions.ts";
import { BudgetRaises, parseBudgetRaise } from "./limits/budget-raises.ts";
import { ThresholdWatch } from "./limits/thresholds.ts";
import { BudgetCalendar } from "./limits/windows.ts";
import type { Logger } from "./log.ts";
import { createMetrics, type Metrics } from "./metrics/catalogue.ts";
import { type LagMeter, LoadShedder } from "./pressure/load-shedder.ts";
import { Breakers } from "./resilience/breakers.ts";
import { Headroom } from "./resilience/headroom.ts";
import { Retries } from "./resilience/retries.ts";
import { RetryBudget } from "./resilience/retry-budget.ts";
import type { CallDeps } from "./resilience/upstream-call.ts";
import type { Store } from "./store/contract.ts";
import { EmbeddedLedger } from "./store/embedded/embedded-ledger.ts";
import { openStore } from "./store/open-store.ts";
import { SharedTable } from "./store/shared-table.ts";
import { switchPercent } from "./store/switch-percent.ts";
import type { Telemetry } from "./telemetry/telemetry.ts";
export interface RuntimeOptions {
  readonly env: Env;
  readonly log: Logger;
  readonly lifecycle: Lifecycle;
  readonly upstream: Upstream;
  /** Absent where traces are off. */
  readonly telemetry?: Telemetry | undefined;
  /** Waits before retries, in milliseconds; the platform's ladder when absent. */
  readonly retryLadderMs?: readonly number[];
  /** Where the delay of the event loop is read; absent: measured. */
  readonly lagMeter?: LagMeter;
}

/** Everything the process works with, wired together. Nothing of it listens yet. */
export interface Runtime {
  readonly app: FastifyInstance;
  readonly metrics: Metrics;
  readonly models: ModelCatalogue;
  readonly turns: ActiveTurns;
  readonly config: GatewayConfigSource;
  readonly store: Store;
  readonly access: { readonly authenticate: Authenticate; readonly policies: Policies };
  readonly apiKeys: ApiKeys;
  readonly raises: BudgetRaises;
  readonly thresholds: ThresholdWatch;
  readonly calendar: BudgetCalendar;
  readonly breakers: Breakers;
  readonly caches: Caches;
  readonly shedder: LoadShedder;
  readonly recentAnswers: RecentAnswers;
  /** What need not be done before the first request: compiles the policies, follows changes of files. */
  settleIn(): Promise<void>;
  /** Settles what is open and closes everything but the servers, which close first. */
  close(): Promise<void>;
}

/** Compiling the policies takes this thread a tenth of a second: not while the first probes ask. */
const WARM_UP_AFTER_MS = 500;

/** How often what was counted in this process alone is looked through for what may be forgotten. */
const SWEEP_INTERVAL_MS = 600_000;

/** How long open settlements get to reach the store when the process ends. */
const FLUSH_MS = 2_000;

/**
 * Wires the parts of the runtime together.
 *
 * @throws {ConfigError} with every fault of the mounted files.
 */
export async function createRuntime(options: RuntimeOptions): Promise<Runtime> {
  const { env, log, upstream } = options;
  const metrics = createMetrics();
  const models = loadModels();
  const reloads = metrics.configReloads;
  const { config, policies } = loadMounted({
    config: () => loadGatewayConfig({ folder: env.configDir, models, log, reloads }),
    policies: () => new Policies({ folder: env.configDir, log, reloads }),
  });
  const store = await openStore(env, { log, metrics });
  const tables = openTables(store, log);
  const identity = createIdentity(env, config, store, tables);
  const limits = createLimits(config, store, tables, metrics, log);
  const calls = createCalls(options, models, metrics);
  const caches = await createCaches({ ...options, store, config, metrics });
  const shedder = createShedder(metrics, options);
  const turns = new ActiveTurns(env);
  const deps: GatewayDeps = {
    env,
    metrics,
    models,
    config,
    turns,
    policies,
    calls,
    switches: tables.switches,
    authenticate: identity.authenticate,
    refuseUnderPressure: () => shedder.admit(),
    admissions: limits.admissions,
    responseCache: caches.responses,
    modelsCache: caches.models,
    telemetry: options.telemetry,
  };
  const recentAnswers = new RecentAnswers();
  const { lifecycle } = options;
  const app = buildApp({
    ...deps,
    log,
    upstream,
    lifecycle,
    recentAnswers,
    usage: new AgentsOfUsage(store.usage, config),
  });
  return {
    app,
    metrics,
    models,
    turns,
    config,
    store,
    access: { authenticate: identity.authenticate, policies },
    apiKeys: identity.apiKeys,
    raises: limits.raises,
    thresholds: limits.thresholds,
    calendar: limits.calendar,
    breakers: calls.breakers,
    caches: caches.register,
    shedder,
    recentAnswers,
    async settleIn() {
      setTimeout(() => policies.warmUp(), WARM_UP_AFTER_MS).unref();
      await Promise.all([config.watch(), policies.watch()]);
    },
    async close() {
      shedder.stop();
      clearInterval(limits.sweepTimer);
      await store.ledger.flush(FLUSH_MS);
      for (const table of Object.values(tables)) table.close();
      caches.register.close();
      await Promise.all([caches.models.close(), config.close(), policies.close(), upstream.close()]);
      await store.close();
    },
  };
}

/** The tables that are mirrored in memory. */
function openTables(store: Store, log: Logger) {
  return {
    keys: new SharedTable({ store, table: "api-keys", parse: parseKnownKey, log }),
    raises: new SharedTable({ store, table: "budget-raises", parse: parseBudgetRaise, log }),
    switches: new SharedTable({ store, table: "switches", parse: switchPercent, log }),
  };
}

type Tables = ReturnType<typeof openTables>;

function createIdentity(env: Env, config: GatewayConfigSource, store: Store, { keys }: Tables) {
  const apiKeys = new ApiKeys({ table: store.table("api-keys"), mirror: keys, hash: createKeyHash(env) });
  const tokens = new TokenVerifier(config.current.identity.jwt);
  config.onChange(({ identity }) => tokens.configure(identity.jwt));
  const { gatewayKeySha256 } = env;
  return { apiKeys, authenticate: createAuthenticate({ gatewayKeySha256, apiKeys, tokens }) };
}

function createLimits(
  config: GatewayConfigSource,
  store: Store,
  tables: Tables,
  metrics: Metrics,
  log: Logger,
) {
  const raises = new BudgetRaises(store.table("budget-raises"), tables.raises);
  const thresholds = new ThresholdWatch(metrics.budgets, log);
  const calendar = new BudgetCalendar();
  const insurance = new EmbeddedLedger({
    percentOf: (scope) => tables.switches.get(scope),
    onChange: () => undefined,
  });
  const admissions = new Admissions({
    store,
    insurance,
    config,
    calendar,
    thresholds,
    raiseOf: raises.find,
    metrics: metrics.limiter,
  });
  // Nobody else does: it is no store's.
  const sweepTimer = setInterval(() => insurance.sweep(), SWEEP_INTERVAL_MS).unref();
  return { raises, thresholds, calendar, admissions, sweepTimer };
}

function createCalls(
  { env, upstream, log, retryLadderMs }: RuntimeOptions,
  models: ModelCatalogue,
  metrics: Metrics,
): CallDeps {
  return {
    upstream,
    metrics,
    breakers: new Breakers({
      models,
      metrics: metrics.breakers,
      onChange: (status) => log.warn(status, "a breaker changed its state"),
    }),
    retries: new Retries({
      budget: new RetryBudget(),
      ...(retryLadderMs === undefined ? {} : { ladderMs: retryLadderMs }),
    }),
    headroom: new Headroom({ metrics: metrics.upstreamHeadroom }),
    firstByteMs: env.firstByteTimeoutSeconds * 1000,
  };
}

interface CacheParts extends RuntimeOptions {
  readonly store: Store;
  readonly config: GatewayConfigSource;
  readonly metrics: Metrics;
}

async function createCaches({ env, log, upstream, store, config, metrics }: CacheParts) {
  const responses = new ResponseCache({ config, store, metrics: metrics.cacheRequests });
  const models = await ModelsCache.open({
    baseUrl: env.upstream.kind === "anthropic" ? env.upstream.baseUrl : env.upstream.kind,
    fetch: createFetchModels({ upstream, timeoutMs: env.firstByteTimeoutSeconds * 1000 }),
    ...(env.dataDir === undefined ? {} : { dataDir: env.dataDir }),
    log,
    metrics: metrics.cacheRequests,
  });
  const register = new Caches({ store, log });
  register.add(responses);
  register.add(models);
  return { responses, models, register };
}

function createShedder(metrics: Metrics, { log, lagMeter }: RuntimeOptions): LoadShedder {
  return new LoadShedder({
    metrics: metrics.shed,
    ...(lagMeter === undefined ? {} : { meter: lagMeter }),
    onChange: (isShedding, lagMs) =>
      log.warn({ lagMs: Math.round(lagMs) }, isShedding ? "shedding load" : "not shedding load any more"),
  });
}
