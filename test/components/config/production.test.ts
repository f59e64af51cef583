import { beforeAll, describe, expect, test } from "vitest";
import { errorOf, faultOf, read } from "../read-config.ts";
import { record } from "../record-stack.ts";
import { REGION_A } from "../valid-config.ts";

beforeAll(async () => {
  await record(() => undefined);
});

/** The smallest configuration that is fit for production. */
const PRODUCTION = {
  environment: "production",
  upstream: { mode: "anthropic", apiKeySecret: { name: "anthropic", key: "api-key" } },
  exposure: {
    host: "agents.example.com",
    tls: { mode: "cert-manager", issuer: { kind: "ClusterIssuer", name: "letsencrypt" } },
  },
  gateway: {
    budgets: { fleet: { dayUsd: 100 } },
    fallbacks: { "claude-opus-5-5": ["claude-opus-5"] },
  },
  observability: {
    enabled: true,
    runbooksUrl: "https://runbooks.example.com",
    alerting: {
      slack: {
        webhookSecret: { name: "alerting", key: "slack" },
        platformChannel: "#platform",
        agentsChannel: "#agents",
      },
    },
  },
};

const { gateway, observability } = PRODUCTION;

test("a configuration that has everything is fit for production", () => {
  expect(read(PRODUCTION).environment).toBe("production");
});

describe("in production", () => {
  test.each<[string, Record<string, unknown>, string]>([
    ["one region", { regions: [REGION_A] }, "regions"],
    ["the coordinator in any zone", { coordinator: { spread: "soft" } }, "coordinator.spread"],
    ["Valkey in any zone", { valkey: { spread: "soft" } }, "valkey.spread"],
    ["one replica", { coordinator: { minReplicas: 1 } }, "coordinator.minReplicas"],
    ["one replica of agents", { agents: [{ name: "support" }] }, "agents[0].minReplicas"],
    ["a single Redis", { valkey: { replicas: 1 } }, "valkey.replicas"],
    ["an image without digest", { image: "registry.example.com/agent-runtime:1.2" }, "image"],
    ["a simulated Claude", { upstream: { mode: "simulated" } }, "upstream.mode"],
    ["no budget of the fleet", { gateway: { ...gateway, budgets: {} } }, "gateway.budgets.fleet"],
    ["no fallback", { gateway: { ...gateway, fallbacks: {} } }, "gateway.fallbacks"],
    ["plain text to clients", { exposure: { host: "a.example.com" } }, "exposure.tls.mode"],
    ["no monitoring", { observability: {} }, "observability.enabled"],
    ["nobody told", { observability: { ...observability, alerting: {} } }, "observability.alerting"],
  ])("%s is refused", (_, changes, path) => {
    expect(faultOf({ ...PRODUCTION, ...changes }).path).toBe(path);
  });

  test("fault 9: a secret in plain text is refused", () => {
    const fallbacks = { "claude-opus-5-5": ["sk-ant-api03-canary"] };
    const { faults, message } = errorOf({ ...PRODUCTION, gateway: { ...gateway, fallbacks } });
    expect(faults.map(({ path }) => path)).toEqual(["gateway.fallbacks.claude-opus-5-5[0]"]);
    expect(message).not.toContain("canary");
  });

  test("a retired model is refused", () => {
    const fallbacks = { "claude-opus-5-5": ["claude-opus-4-20250514"] };
    expect(faultOf({ ...PRODUCTION, gateway: { ...gateway, fallbacks } }).got).toContain("retired on");
  });

  test("another Redis may be spread as its owner likes", () => {
    const external = { urlSecret: { name: "store", key: "url" }, cidrs: ["10.1.0.0/16"] };
    expect(read({ ...PRODUCTION, valkey: { spread: "soft", external } }).valkey.spread).toBe("soft");
  });

  test("every fault stands in one error, each with what is allowed and the fix", () => {
    const { faults } = errorOf({
      environment: "production",
      regions: [REGION_A],
      coordinator: { spread: "soft" },
      valkey: { spread: "soft" },
    });
    expect(faults.map(({ path }) => path).sort()).toEqual([
      "coordinator.spread",
      "exposure.host",
      "exposure.tls.mode",
      "gateway.budgets.fleet",
      "gateway.fallbacks",
      "observability.enabled",
      "regions",
      "upstream.mode",
      "valkey.spread",
    ]);
    for (const { allowed, fix } of faults) expect([allowed, fix]).not.toContain("");
  });
});

test.each(["prod", "prd", "live"])(
  "environment %s, which would slip past these rules, is refused",
  (environment) => {
    expect(faultOf({ environment })).toMatchObject({
      path: "environment",
      fix: expect.stringContaining("production"),
    });
  },
);

test("outside production none of this is asked for", () => {
  expect(read({ environment: "staging", regions: [REGION_A] }).regions).toHaveLength(1);
});
