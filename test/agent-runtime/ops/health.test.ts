import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { createUpstream } from "../../../agent-runtime/src/gateway/upstream.ts";
import { Lifecycle } from "../../../agent-runtime/src/lifecycle.ts";
import { createLogger } from "../../../agent-runtime/src/log.ts";
import { createMetrics } from "../../../agent-runtime/src/metrics/catalogue.ts";
import { buildMetricsServer } from "../../../agent-runtime/src/metrics/metrics-server.ts";
import { createRuntime, type Runtime } from "../../../agent-runtime/src/runtime.ts";
import { testEnv } from "../running-gateway.ts";

let lifecycle: Lifecycle;
let runtime: Runtime;
let app: Runtime["app"];

beforeEach(async () => {
  lifecycle = new Lifecycle();
  const env = testEnv({ logLevel: "silent" });
  const upstream = createUpstream({
    baseUrl: "http://127.0.0.1:9",
    apiKey: "none",
    simulated: true,
    maxConnections: 1,
  });
  runtime = await createRuntime({ env, log: createLogger(env), lifecycle, upstream });
  app = runtime.app;
});

afterEach(async () => {
  await app.close();
  await runtime.close();
});

const status = async (url: string) => {
  const response = await app.inject(url);
  return [response.statusCode, response.json().status];
};

describe("/health", () => {
  it("says what runs here and that Claude is simulated, whatever the phase and the upstream", async () => {
    lifecycle.drain();
    const response = await app.inject("/health");
    expect(response.statusCode).toBe(200);
    expect(response.json()).toEqual({
      status: "ok",
      service: "claude-agent",
      version: "dev",
      environment: "local",
      region: "region-t",
      role: "all",
      upstream: "simulated",
      simulated: true,
      uptimeSeconds: expect.any(Number),
      preStopSeconds: 5,
      maxTurnSeconds: 600,
    });
  });
});

describe("the probes", () => {
  it("say starting until the process is ready", async () => {
    expect(await status("/ready")).toEqual([503, "starting"]);
    expect(await status("/startup")).toEqual([503, "starting"]);
  });

  it("say ready once it is", async () => {
    lifecycle.ready();
    expect(await status("/ready")).toEqual([200, "ready"]);
    expect(await status("/startup")).toEqual([200, "ready"]);
  });

  it("say that it drains, and started it has", async () => {
    lifecycle.ready();
    lifecycle.drain();
    expect(await status("/ready")).toEqual([503, "draining"]);
    expect(await status("/startup")).toEqual([200, "draining"]);
  });

  it("keep saying so: a draining process does not become ready again", async () => {
    lifecycle.drain();
    lifecycle.ready();
    expect(await status("/ready")).toEqual([503, "draining"]);
  });

  it("ask callers of a draining process to leave their connection", async () => {
    lifecycle.drain();
    expect((await app.inject("/ready")).headers.connection).toBe("close");
  });
});

describe("the metrics server", () => {
  it("serves the Prometheus text format and nothing else", async () => {
    const { registry } = createMetrics();
    registry.collectProcessMetrics();
    const server = buildMetricsServer(registry);
    const response = await server.inject("/metrics");
    expect(response.headers["content-type"]).toContain("text/plain; version=0.0.4");
    expect(response.body).toContain("# TYPE claude_agent_requests_total counter");
    expect(response.body).toContain("process_cpu_seconds_total");
    expect((await server.inject("/health")).statusCode).toBe(404);
    await server.close();
  });
});
