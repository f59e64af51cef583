import { describe, expect, it } from "vitest";
import { ENV } from "../../agent-runtime/src/contract.ts";
import { EnvError, loadEnv } from "../../agent-runtime/src/env.ts";
import { SETTINGS } from "../../agent-runtime/src/env-settings.ts";

const DIGEST = "a".repeat(64);
const SIMULATED = { UPSTREAM: "simulated", GATEWAY_KEY_SHA256: DIGEST };
const REAL = { ANTHROPIC_API_KEY: "key-for-the-upstream", GATEWAY_KEY_SHA256: DIGEST };

function faultsOf(source: NodeJS.ProcessEnv): EnvError {
  try {
    loadEnv(source);
  } catch (error) {
    if (error instanceof EnvError) return error;
    throw error;
  }
  throw new Error("the environment was accepted");
}

describe("the environment", () => {
  it("needs no more than an upstream and a gateway key", () => {
    expect(loadEnv(SIMULATED)).toEqual({
      service: "claude-agent",
      role: "all",
      region: "local",
      environment: "local",
      serviceVersion: "dev",
      host: "0.0.0.0",
      httpPort: 8080,
      metricsPort: 9090,
      opsHost: "127.0.0.1",
      opsPort: 3333,
      configDir: "/app/config",
      logLevel: "info",
      upstream: { kind: "simulated" },
      agentType: "direct",
      gatewayKeySha256: [DIGEST],
      maxTurnSeconds: 600,
      preStopSeconds: 5,
      firstByteTimeoutSeconds: 30,
      idleTimeoutSeconds: 60,
      maxBodyBytes: 33_554_432,
      maxInFlightBytes: 536_870_912,
      maxConcurrentRequests: 256,
      otel: { isDisabled: false },
    });
  });

  it("uses the real API when there is a key", () => {
    expect(loadEnv(REAL).upstream).toEqual({
      kind: "anthropic",
      baseUrl: "https://api.anthropic.com",
      apiKey: "key-for-the-upstream",
    });
  });

  it("simulates only when told so, even with no key", () => {
    const { faults } = faultsOf({ GATEWAY_KEY_SHA256: DIGEST });
    expect(faults).toEqual([
      { name: "ANTHROPIC_API_KEY", got: "nothing", allowed: expect.stringContaining("UPSTREAM=simulated") },
    ]);
  });

  it("never runs without a gateway key", () => {
    expect(faultsOf({ UPSTREAM: "simulated" }).faults.map(({ name }) => name)).toEqual([
      "GATEWAY_KEY_SHA256",
    ]);
  });

  it("treats an empty variable as unset", () => {
    expect(loadEnv({ ...SIMULATED, HTTP_PORT: "" }).httpPort).toBe(8080);
  });

  it("ignores names that are not its own", () => {
    expect(() => loadEnv({ ...SIMULATED, HTTP_PROT: "1", PATH: "/bin" })).not.toThrow();
  });

  it("lists every fault at once", () => {
    const error = faultsOf({ HTTP_PORT: "eighty", MAX_TURN_SECONDS: "0", REGION: "-" });
    expect(error.faults.map(({ name }) => name)).toEqual([
      "REGION",
      "HTTP_PORT",
      "GATEWAY_KEY_SHA256",
      "MAX_TURN_SECONDS",
      "ANTHROPIC_API_KEY",
    ]);
    expect(error.message).toContain('HTTP_PORT: got "eighty"; set it to a whole number from 0 to 65535');
  });

  it.each([
    ["ROLE", "worker"],
    ["REGION", "region a"],
    ["REGION", "x".repeat(64)],
    ["HOST", "localhost"],
    ["HTTP_PORT", "-1"],
    ["HTTP_PORT", "65536"],
    ["HTTP_PORT", "8080.5"],
    ["HTTP_PORT", "0x50"],
    ["HTTP_PORT", " 80"],
    ["METRICS_PORT", "8080"],
    ["LOG_LEVEL", "verbose"],
    ["UPSTREAM", "Simulated"],
    ["GATEWAY_KEY_SHA256", "A".repeat(64)],
    ["GATEWAY_KEY_SHA256", "a".repeat(63)],
    ["GATEWAY_KEY_SHA256", `${DIGEST},`],
    ["GATEWAY_KEY_SHA256", `${DIGEST},${DIGEST},${DIGEST},${DIGEST}`],
    ["AGENT_TYPE", "Support"],
    ["REDIS_URL", "http://valkey:6379"],
    ["REDIS_URL", "redis://"],
    ["REDIS_URL", "redis+sentinel://a:26379,b:port/main"],
    ["DATABASE_URL", "mysql://db"],
    ["MAX_TURN_SECONDS", "1e3"],
    ["MAX_TURN_SECONDS", "NaN"],
    ["MAX_TURN_SECONDS", "3601"],
    ["PRE_STOP_SECONDS", "-5"],
    ["MAX_BODY_BYTES", "99999999999999999999"],
    ["MAX_IN_FLIGHT_BYTES", "33554431"],
    ["MAX_CONCURRENT_REQUESTS", "0"],
  ])("refuses %s=%s and names only it", (name, value) => {
    expect(faultsOf({ ...SIMULATED, [name]: value }).faults.map((fault) => fault.name)).toEqual([name]);
  });

  it.each([
    "http://api.example.com",
    "http://127.evil.example",
    "ftp://api.example.com",
    "https://user:password@api.example.com",
    "https://api.example.com/?a=b",
    "api.example.com",
  ])("refuses ANTHROPIC_BASE_URL=%s: a key must not leak", (url) => {
    expect(faultsOf({ ...REAL, ANTHROPIC_BASE_URL: url }).faults).toHaveLength(1);
  });

  it.each([
    "https://proxy.example.com/anthropic",
    "http://127.0.0.1:9",
    "http://localhost:9",
    "http://[::1]:9",
  ])("accepts ANTHROPIC_BASE_URL=%s", (url) => {
    expect(loadEnv({ ...REAL, ANTHROPIC_BASE_URL: url }).upstream).toMatchObject({ baseUrl: url });
  });

  it.each([
    ["REDIS_URL", "redis://valkey:6379"],
    ["REDIS_URL", "rediss://user:password@valkey:6380/0"],
    ["REDIS_URL", "redis+sentinel://a:26379,b:26379,c:26379/main"],
    ["DATABASE_URL", "postgresql://user:password@a:5432,b:5432/agents?sslmode=require"],
  ])("accepts %s=%s", (name, value) => {
    expect(() => loadEnv({ ...SIMULATED, [name]: value })).not.toThrow();
  });

  it("never shows a secret, not even a faulty one", () => {
    const { message } = faultsOf({
      ANTHROPIC_API_KEY: "short canary",
      ANTHROPIC_BASE_URL: "https://user:canary@api.example.com/?key=canary",
      GATEWAY_KEY_SHA256: "canary-digest",
      REDIS_URL: "http://:canary@valkey",
      REDIS_PASSWORD: "canary".repeat(100),
    });
    expect(message).toContain("(hidden)");
    expect(message).not.toContain("canary");
  });

  it("describes every name of the contract and no other", () => {
    expect(Object.keys(SETTINGS).sort()).toEqual(Object.values(ENV).sort());
  });
});
