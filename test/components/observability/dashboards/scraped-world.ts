import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import os from "node:os";
import path from "node:path";
import { setTimeout as delay } from "node:timers/promises";
import { stringify } from "yaml";
import { buildRules } from "../../../../components/observability/rules.ts";
import { defaultCacheDir } from "../../../../local/toolchain/cache.ts";
import { resolveTool } from "../../../../local/toolchain/resolve.ts";
import { GATEWAY_KEY, writeConfig } from "../../../agent-runtime/running-gateway.ts";
import { type SpawnedRuntime, spawnRuntime } from "../../../agent-runtime/spawned-runtime.ts";
import { RedisServer } from "../../../agent-runtime/store/redis/redis-server.ts";
import { ensureProgram } from "../../../setup/apt.ts";
import { freePort, RunningServer } from "../../postgres/running-server.ts";
import { FACTS } from "../sample-facts.ts";

const ENTRY = path.join(import.meta.dirname, "../../../../agent-runtime/src/main.ts");
const CONFIG = {
  limits: { key: {} },
  budgets: { fleet: { monthUsd: 1000 }, tenant: { dayUsd: 100 } },
  fallbacks: { "claude-opus-5-5": ["claude-haiku-5-5"] },
  cache: { agents: ["cached"] },
};
const EXPORTER_PASSWORD = "exporterpassword";
const REDIS_PASSWORD = "secret";

/** What a region's Prometheus would see: a runtime under load, a store and a database, each with its exporter. */
export class ScrapedWorld {
  readonly #stops: (() => unknown)[] = [];
  readonly #folder = mkdtempSync(path.join(os.tmpdir(), "scraped-world-"));
  #runtime: SpawnedRuntime | undefined;
  #prometheus = "";

  static async start(): Promise<ScrapedWorld> {
    const world = new ScrapedWorld();
    try {
      const redis = await world.#startRedis();
      const [redisExporter, postgresExporter] = await Promise.all([
        world.#startRedisExporter(redis),
        world.#startPostgres(),
      ]);
      const runtime = await spawnRuntime(ENTRY, {
        CONFIG_DIR: writeConfig(CONFIG),
        REDIS_URL: redis.url,
        REDIS_PASSWORD,
        REGION: FACTS.region,
      });
      world.#stops.push(() => runtime.stop());
      world.#runtime = runtime;
      const metricsAt = new URL(runtime.metricsUrl).host;
      await world.#startPrometheus({
        "claude-agent-coordinator": metricsAt,
        "claude-agent-support": metricsAt,
        "claude-agent-valkey": redisExporter,
        "claude-agent-postgres": postgresExporter,
      });
      return world;
    } catch (error) {
      await world.stop();
      throw error;
    }
  }

  /** Requests of every kind: answered as a whole and as streams, cached, failing upstream, refused. */
  async load(): Promise<void> {
    const models = ["claude-opus-5-5", "claude-sonnet-5-5", "claude-haiku-5-5"];
    const requests = models.flatMap((model) => [
      this.#ask(model, "Hello", { "x-claude-agent-type": "support" }),
      this.#ask(model, "[simulate words=20]", { "x-claude-agent-type": "cached" }),
      this.#ask(model, "[simulate words=50]", {}, { stream: true }),
      this.#ask(model, "[simulate status=529]", { "x-claude-agent-deadline-ms": "500" }),
    ]);
    requests.push(this.#ask("no-such-model", "Hello"));
    await Promise.all(requests);
  }

  async #ask(
    model: string,
    content: string,
    headers: Record<string, string> = {},
    more: object = {},
  ): Promise<void> {
    const response = await fetch(`${this.#runtime?.url}/v1/messages`, {
      method: "POST",
      headers: { "x-api-key": GATEWAY_KEY, "content-type": "application/json", ...headers },
      body: JSON.stringify({ model, max_tokens: 1000, messages: [{ role: "user", content }], ...more }),
    });
    await response.text();
  }

  /** How many series an expression has now. @throws Error when Prometheus refuses it */
  async count(expr: string): Promise<number> {
    const response = await fetch(`${this.#prometheus}/api/v1/query`, {
      method: "POST",
      body: new URLSearchParams({ query: expr }),
    });
    const body = (await response.json()) as { status: string; error?: string; data?: { result: unknown[] } };
    if (body.status !== "success") throw new Error(`${body.error}: ${expr}`);
    return body.data?.result.length ?? 0;
  }

  async stop(): Promise<void> {
    for (const stop of this.#stops.reverse()) await stop();
    rmSync(this.#folder, { recursive: true, force: true });
  }

  async #startRedis(): Promise<RedisServer> {
    const redis = await RedisServer.start(REDIS_PASSWORD, ["--maxmemory", "100mb"]);
    this.#stops.push(() => redis.stop());
    return redis;
  }

  async #startRedisExporter(redis: RedisServer): Promise<string> {
    const name = "prometheus-redis-exporter";
    await ensureProgram(name, name);
    const address = `127.0.0.1:${await freePort()}`;
    this.#spawn(name, [`-web.listen-address=${address}`, `-redis.addr=${redis.url}`], { REDIS_PASSWORD });
    return address;
  }

  async #startPostgres(): Promise<string> {
    const name = "prometheus-postgres-exporter";
    await ensureProgram("pg_lsclusters", "postgresql");
    await ensureProgram(name, name);
    const server = new RunningServer(await freePort());
    this.#stops.push(() => server.kill().then(() => server.remove()));
    server.setPasswords({ 1: "apppassword" }, EXPORTER_PASSWORD);
    server.start();
    await until("PostgreSQL", () => server.isReady());
    const address = `127.0.0.1:${await freePort()}`;
    const url = `postgresql://exporter:${EXPORTER_PASSWORD}@localhost:${server.port}/app?sslmode=require`;
    this.#spawn(name, [`--web.listen-address=${address}`], { DATA_SOURCE_NAME: url });
    return address;
  }

  async #startPrometheus(targets: Readonly<Record<string, string>>): Promise<void> {
    const { path: prometheus } = await resolveTool("prometheus", { cacheDir: defaultCacheDir() });
    const { namespace, region, environment } = FACTS;
    const rules = buildRules(FACTS).groups?.map(({ name, rules: each }) => ({ name, rules: each }));
    writeFileSync(path.join(this.#folder, "rules.yml"), stringify({ groups: rules }));
    const config = {
      global: { scrape_interval: "1s", evaluation_interval: "1s" },
      rule_files: ["rules.yml"],
      // The labels that monitors and the operator would add.
      scrape_configs: Object.entries(targets).map(([job, target]) => ({
        job_name: job,
        static_configs: [
          { targets: [target], labels: { namespace, region, environment, service: job, pod: `${job}-0` } },
        ],
      })),
    };
    writeFileSync(path.join(this.#folder, "prometheus.yml"), stringify(config));
    const address = `127.0.0.1:${await freePort()}`;
    this.#spawn(prometheus, [
      `--config.file=${path.join(this.#folder, "prometheus.yml")}`,
      `--storage.tsdb.path=${path.join(this.#folder, "data")}`,
      `--web.listen-address=${address}`,
    ]);
    this.#prometheus = `http://${address}`;
    await until("Prometheus", () => fetch(`${this.#prometheus}/-/ready`).then(({ ok }) => ok));
  }

  #spawn(program: string, args: readonly string[], env: Record<string, string> = {}): void {
    const child: ChildProcess = spawn(program, args, {
      env: { PATH: process.env["PATH"], ...env },
      stdio: "ignore",
    });
    const exited = once(child, "exit");
    const kill = () => child.kill("SIGKILL");
    // Also when the test process ends before anybody could stop it.
    process.once("exit", kill);
    this.#stops.push(async () => {
      process.off("exit", kill);
      kill();
      await exited;
    });
  }
}

const PATIENCE_MS = 30_000;

async function until(what: string, isSo: () => Promise<boolean>): Promise<void> {
  const deadline = Date.now() + PATIENCE_MS;
  while (!(await isSo().catch(() => false))) {
    if (Date.now() > deadline) throw new Error(`${what} did not become ready`);
    await delay(100);
  }
}
