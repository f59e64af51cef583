import { describe, expect, it } from "vitest";
import type { Identity } from "../../../agent-runtime/src/auth/identity.ts";
import { gatewayConfigSchema } from "../../../agent-runtime/src/config/gateway-config.ts";
import { GatewayError } from "../../../agent-runtime/src/errors.ts";
import { NO_USAGE } from "../../../agent-runtime/src/gateway/models.ts";
import { type AdmissionRequest, Admissions } from "../../../agent-runtime/src/limits/admissions.ts";
import { toNanoUsd } from "../../../agent-runtime/src/limits/money.ts";
import { ThresholdWatch } from "../../../agent-runtime/src/limits/thresholds.ts";
import { BudgetCalendar } from "../../../agent-runtime/src/limits/windows.ts";
import { createLogger } from "../../../agent-runtime/src/log.ts";
import { createBudgetMetrics } from "../../../agent-runtime/src/metrics/budgets.ts";
import { createLimiterMetrics } from "../../../agent-runtime/src/metrics/limiter-decisions.ts";
import { MetricsRegistry } from "../../../agent-runtime/src/metrics/registry.ts";
import { StoreUnavailableError } from "../../../agent-runtime/src/store/contract.ts";
import { EmbeddedLedger } from "../../../agent-runtime/src/store/embedded/embedded-ledger.ts";
import type { Ledger } from "../../../agent-runtime/src/store/ledger.ts";
import { testEnv } from "../running-gateway.ts";

const NOW = Date.parse("2026-11-25T12:00:00Z");
const ACME: Identity = { tenant: "acme", keyId: "key_1", roles: [], provider: "api-key" };
const RICH: Identity = { ...ACME, tenant: "rich", keyId: "key_2" };

function setUp(
  config: object,
  options: { ledger?: Ledger; isUp?: boolean; switches?: Record<string, number> } = {},
) {
  const registry = new MetricsRegistry();
  const logLines: string[] = [];
  const newLedger = () =>
    new EmbeddedLedger({ percentOf: (scope) => options.switches?.[scope], onChange: () => undefined });
  const ledger = options.ledger ?? newLedger();
  const raises = new Map<string, { extraUsd: number; untilMs: number }>();
  const admissions = new Admissions({
    store: { ledger, isUp: options.isUp ?? true },
    insurance: newLedger(),
    config: { current: gatewayConfigSchema.parse({ limits: { key: {} }, ...config }) },
    calendar: new BudgetCalendar(() => NOW),
    raiseOf: (scope, window) => raises.get(`${scope}|${window}`),
    thresholds: new ThresholdWatch(
      createBudgetMetrics(registry),
      createLogger({ ...testEnv(), logLevel: "warn" }, { write: (line) => void logLines.push(line) }),
    ),
    metrics: createLimiterMetrics(registry),
    nowMs: () => NOW,
  });
  return { admissions, ledger, raises, logLines, metricsText: () => registry.text() };
}

let requests = 0;

function requestOf(fields: Partial<AdmissionRequest> = {}): AdmissionRequest {
  requests += 1;
  return {
    requestId: `req_${requests}`,
    payer: { identity: ACME, agent: "support" },
    model: "claude-opus-5-5",
    amounts: { inputTokens: 100, outputTokens: 50 },
    boundNanoUsd: toNanoUsd(1),
    ...fields,
  };
}

const refused = (promise: Promise<unknown>): Promise<GatewayError> =>
  promise.then(
    () => {
      throw new Error("it was admitted");
    },
    (error: unknown) => {
      if (error instanceof GatewayError) return error;
      throw error;
    },
  );

describe("a budget", () => {
  it.each([
    ["fleet", { fleet: { dayUsd: 2 } }],
    ["tenant:acme", { tenant: { dayUsd: 2 } }],
    ["tenant:acme", { tenant: { dayUsd: 100 }, tenants: { acme: { dayUsd: 2 } } }],
    ["agent:acme/support", { agent: { monthUsd: 2 } }],
    ["agent:acme/support", { agents: { support: { monthUsd: 2 } } }],
    ["key:key_1", { key: { dayUsd: 2 } }],
    ["session:acme/s1", { session: { dayUsd: 2 } }],
  ])("of %s stops what would pass its cap", async (scope, budgets) => {
    const { admissions } = setUp({ budgets });
    const ask = () =>
      admissions.admit(requestOf({ payer: { identity: ACME, agent: "support", session: "s1" } }));
    await ask();
    await ask();
    const error = await refused(ask());
    expect(error.code).toBe("budget_exceeded");
    expect(error.message).toContain(`${scope} may spend $2.00`);
  });

  it("of an agent type belongs to its tenant: another one that names it so has its own", async () => {
    const { admissions } = setUp({ budgets: { agents: { support: { dayUsd: 1 } } } });
    const ask = (identity: Identity) =>
      admissions.admit(requestOf({ payer: { identity, agent: "support" } }));
    await ask(ACME);
    expect((await refused(ask(ACME))).code).toBe("budget_exceeded");
    await ask(RICH);
  });

  it("says what the request may cost at worst, which may be all that does not fit", async () => {
    const { admissions } = setUp({ budgets: { tenant: { dayUsd: 0.5 } } });
    const { message } = await refused(admissions.admit(requestOf()));
    expect(message).toContain(
      "What this request may cost does not fit into a budget. At worst it costs $1.00;",
    );
    expect(message).toContain("tenant:acme may spend $0.50 a day; $0.00 are spent");
    const tiny = setUp({ budgets: { tenant: { dayUsd: 0 } } }).admissions;
    const cheap = await refused(tiny.admit(requestOf({ boundNanoUsd: 2_562_000 })));
    expect(cheap.message).toContain("At worst it costs $0.002562;");
  });

  it("says when it resets, and never `retry-after`, for which official clients would sleep", async () => {
    const { admissions } = setUp({ budgets: { fleet: { dayUsd: 0 } }, timeZone: "Europe/Berlin" });
    const { headers, message } = await refused(admissions.admit(requestOf()));
    expect(headers).toEqual({ "x-claude-agent-limit-reset": "2026-11-25T23:00:00.000Z" });
    expect(message).toContain("2026-11-25T23:00:00.000Z");
  });

  it("gets back what a request did not need", async () => {
    const { admissions } = setUp({ budgets: { fleet: { dayUsd: 2 } } });
    for (let round = 0; round < 50; round += 1) {
      const grant = await admissions.admit(requestOf());
      grant.settle({ usage: NO_USAGE, costNanoUsd: toNanoUsd(0.02) });
    }
    await admissions.admit(requestOf());
    expect((await refused(admissions.admit(requestOf()))).code).toBe("budget_exceeded");
  });

  it("of a session belongs to its tenant, whatever another tenant calls its own", async () => {
    const { admissions } = setUp({ budgets: { session: { dayUsd: 1 } } });
    const ask = (identity: Identity) =>
      admissions.admit(requestOf({ payer: { identity, agent: "support", session: "s1" } }));
    await ask(ACME);
    expect((await refused(ask(ACME))).code).toBe("budget_exceeded");
    await ask(RICH);
  });

  it("is this region's share of its cap", async () => {
    const { admissions } = setUp({ budgets: { fleet: { dayUsd: 4 }, regionShare: 0.25 } });
    await admissions.admit(requestOf());
    expect((await refused(admissions.admit(requestOf()))).message).toContain("may spend $1.00");
  });

  it("can be raised for a time", async () => {
    const { admissions, raises } = setUp({ budgets: { fleet: { dayUsd: 1 } } });
    await admissions.admit(requestOf());
    raises.set("fleet|day", { extraUsd: 1, untilMs: NOW + 1 });
    await admissions.admit(requestOf());
    raises.set("fleet|day", { extraUsd: 10, untilMs: NOW });
    expect((await refused(admissions.admit(requestOf()))).code).toBe("budget_exceeded");
  });

  it("refuses a request whose cost has no bound, unless the configuration lets it pass", async () => {
    const unbounded = requestOf({ boundNanoUsd: undefined });
    const strict = setUp({ budgets: { fleet: { dayUsd: 1 } } });
    expect((await refused(strict.admissions.admit(unbounded))).code).toBe("cost_without_bound");
    await setUp({ budgets: { fleet: { dayUsd: 1 }, withoutBound: "allow" } }).admissions.admit(unbounded);
    await setUp({}).admissions.admit(unbounded);
  });

  it("tells each threshold once", async () => {
    const { admissions, logLines, metricsText } = setUp({ budgets: { tenant: { dayUsd: 10 } } });
    for (let count = 0; count < 10; count += 1) await admissions.admit(requestOf());
    expect(logLines.map((line) => JSON.parse(line).percent)).toEqual([50, 80, 95]);
    const text = await metricsText();
    expect(text).toContain('claude_agent_budget_used_ratio{scope="tenant:acme",window="day"} 1');
    expect(text).toContain('claude_agent_budget_thresholds_total{scope_kind="tenant",threshold="95"} 1');
  });
});

describe("a rate limit", () => {
  it("is told in the API's own headers, the nearer one of key and tenant", async () => {
    const { admissions } = setUp({
      limits: {
        key: { requestsPerMinute: 60, inputTokensPerMinute: 1000 },
        tenant: { requestsPerMinute: 10 },
      },
    });
    const { headers } = await admissions.admit(requestOf());
    expect(headers).toMatchObject({
      "anthropic-ratelimit-requests-limit": "10",
      "anthropic-ratelimit-requests-remaining": "9",
      "anthropic-ratelimit-input-tokens-limit": "1000",
      "anthropic-ratelimit-input-tokens-remaining": "900",
    });
  });

  it("refuses with the time after which it has room again", async () => {
    const { admissions } = setUp({ limits: { key: { requestsPerMinute: 1 } } });
    await admissions.admit(requestOf());
    const error = await refused(admissions.admit(requestOf()));
    expect(error.code).toBe("rate_limited");
    expect(Number(error.headers["retry-after"])).toBeGreaterThanOrEqual(59);
    expect(Number(error.headers["retry-after"])).toBeLessThanOrEqual(60);
  });

  it("counts the tokens that were really used, cache reads left out", async () => {
    const { admissions } = setUp({ limits: { key: { inputTokensPerMinute: 1000 } } });
    const grant = await admissions.admit(requestOf());
    grant.settle({ usage: { ...NO_USAGE, inputTokens: 700, cacheReadTokens: 9000 }, costNanoUsd: 0 });
    const { headers } = await admissions.admit(requestOf());
    expect(Number(headers["anthropic-ratelimit-input-tokens-remaining"])).toBeLessThan(210);
  });

  it("lets a request that needs more than a minute's worth take all of it", async () => {
    const { admissions } = setUp({ limits: { key: { outputTokensPerMinute: 10 } } });
    await admissions.admit(requestOf());
    expect((await refused(admissions.admit(requestOf()))).code).toBe("rate_limited");
  });

  it("of requests at once is freed by settlement", async () => {
    const { admissions } = setUp({ limits: { key: {}, tenant: { concurrency: 1 } } });
    const grant = await admissions.admit(requestOf());
    expect((await refused(admissions.admit(requestOf()))).code).toBe("too_many_at_once");
    grant.settle({ usage: NO_USAGE, costNanoUsd: 0 });
    await admissions.admit(requestOf());
  });

  it("of requests at once does not hold for what is answered at once, but that of requests does", async () => {
    const { admissions } = setUp({ limits: { key: { requestsPerMinute: 3 }, tenant: { concurrency: 1 } } });
    await admissions.admit(requestOf());
    const grant = await admissions.admit(requestOf({ isInstant: true }));
    grant.settle({ usage: NO_USAGE, costNanoUsd: 0 });
    expect((await refused(admissions.admit(requestOf()))).code).toBe("too_many_at_once");
    await admissions.admit(requestOf({ isInstant: true }));
    expect((await refused(admissions.admit(requestOf({ isInstant: true })))).code).toBe("rate_limited");
  });
});

describe("a tenant with the name of what every object has", () => {
  it.each(["constructor", "tostring", "valueof"])("has the limits of everybody: %s", async (tenant) => {
    const { admissions } = setUp({
      budgets: { tenant: { dayUsd: 1 } },
      limits: { tenant: { concurrency: 1 }, key: {} },
    });
    const ask = () =>
      admissions.admit(requestOf({ payer: { identity: { ...ACME, tenant, keyId: tenant }, agent: tenant } }));
    await ask();
    expect((await refused(ask())).code).toBe("too_many_at_once");
  });
});

describe("a switch", () => {
  it.each(["fleet", "tenant:acme", "agent:support", "model:claude-opus-5-5"])(
    "of %s stops its requests",
    async (scope) => {
      const { admissions } = setUp({}, { switches: { [scope]: 0 } });
      const error = await refused(admissions.admit(requestOf()));
      expect(error.code).toBe("switched_off");
      expect(error.message).toContain(scope);
      expect(error.headers).toEqual({});
    },
  );

  it("leaves others alone", async () => {
    const { admissions } = setUp(
      {},
      { switches: { "tenant:rich": 0, "agent:other": 0, "model:claude-opus-5": 0 } },
    );
    await admissions.admit(requestOf());
  });

  it("resumed to 20 percent lets a fifth of the conversations pass, each always or never", async () => {
    const { admissions } = setUp({}, { switches: { fleet: 20 } });
    const passes = (session: string) =>
      admissions.admit(requestOf({ payer: { identity: ACME, agent: "support", session } })).then(
        () => true,
        () => false,
      );
    const sessions = Array.from({ length: 1000 }, (_, index) => `session-${index}`);
    const first = await Promise.all(sessions.map(passes));
    expect(await Promise.all(sessions.map(passes))).toEqual(first);
    const share = first.filter(Boolean).length / sessions.length;
    expect(share).toBeGreaterThan(0.15);
    expect(share).toBeLessThan(0.25);
  });
});

describe("while the store is away", () => {
  const lost: Ledger = {
    admit: () => Promise.reject(new StoreUnavailableError("connection refused")),
    settle: () => {
      throw new Error("settled in a store that is away");
    },
    readBudgets: () => Promise.reject(new StoreUnavailableError("connection refused")),
    reap: () => Promise.resolve(0),
    flush: () => Promise.resolve(),
  };

  it.each([
    ["is known to be down", { isUp: false }],
    ["fails", { ledger: lost }],
  ])("requests are refused as overload when it %s", async (_how, options) => {
    const error = await refused(setUp({}, options).admissions.admit(requestOf()));
    expect(error.code).toBe("store_unavailable");
    expect(error.headers).toEqual({ "retry-after": "1" });
  });

  it("each process goes on with its share of every limit where the configuration allows it", async () => {
    const config = { whenStoreIsLost: "allow", processShare: 0.5, budgets: { fleet: { dayUsd: 4 } } };
    const { admissions, metricsText } = setUp(config, { ledger: lost });
    const grant = await admissions.admit(requestOf());
    await admissions.admit(requestOf());
    expect((await refused(admissions.admit(requestOf()))).message).toContain("may spend $2.00");
    grant.settle({ usage: NO_USAGE, costNanoUsd: 0 });
    await admissions.admit(requestOf());
    expect(await metricsText()).toContain(
      'claude_agent_limiter_decisions_total{decision="admitted",ledger="process"} 3',
    );
  });
});
