import type { IncomingHttpHeaders } from "node:http";
import { onTestFinished } from "vitest";
import type { Identity } from "../../../agent-runtime/src/auth/identity.ts";
import { gatewayConfigSchema } from "../../../agent-runtime/src/config/gateway-config.ts";
import { GatewayError } from "../../../agent-runtime/src/errors.ts";
import { loadModels } from "../../../agent-runtime/src/gateway/models.ts";
import type { BudgetRaiseRow } from "../../../agent-runtime/src/limits/budget-raises.ts";
import type { Switch } from "../../../agent-runtime/src/limits/switches.ts";
import { createLogger } from "../../../agent-runtime/src/log.ts";
import { buildOpsServer } from "../../../agent-runtime/src/ops/ops-server.ts";
import type { HealthReadings, KeyReading, OpsDeps } from "../../../agent-runtime/src/ops/ports.ts";
import type { UsageRow } from "../../../agent-runtime/src/store/contract.ts";

/** Keys by role. The viewer may read everything and change nothing; the operator may change everything. */
export const KEYS = {
  admin: "admin-key-for-tests",
  operator: "operator-key-for-tests",
  viewer: "viewer-key-for-tests",
  nobody: "nobody-key-for-tests",
} as const;

export const NOW = new Date("2026-11-25T12:30:00.000Z");

/** A key's row, as one region tells another. */
export const RECORD = {
  id: "0123456789abcdef",
  tenant: "acme",
  name: "ci",
  roles: ["operator"],
  hash: "h".repeat(43),
  hashedUnder: "fingerprint",
  createdAt: "2026-11-01T00:00:00.000Z",
};

/** A made-up secret, planted to see whether it leaks. */
export const CANARY = "canary-of-a-key-hash";

const CONFIG = gatewayConfigSchema.parse({
  limits: { key: { requestsPerMinute: 50 }, tenants: { acme: { concurrency: 4 } } },
  budgets: { fleet: { monthUsd: 1000 }, tenants: { acme: { dayUsd: 10 } }, regionShare: 0.5 },
});

export const HEALTHY: HealthReadings = {
  store: { kind: "redis", isUp: true },
  upstream: { simulated: false, lastAnswers: [{ atMs: NOW.getTime() - 1000, model: "claude-sonnet-5-5" }] },
  memory: { usedBytes: 200 * 1024 ** 2, limitBytes: 1024 ** 3 },
  eventLoop: { lagMs: 12 },
  configFiles: [{ file: "gateway.yaml", isCurrent: true }],
};

export const USAGE: readonly UsageRow[] = [
  usageRow({ hour: "2026-11-25T10:00:00.000Z", tenant: "acme", agent: "direct", costNanoUsd: 1_500_000_000 }),
  usageRow({ hour: "2026-11-25T11:00:00.000Z", tenant: "acme", agent: "=cmd()", costNanoUsd: 1 }),
];

export function usageRow(fields: Partial<UsageRow>): UsageRow {
  return {
    hour: "2026-11-25T10:00:00.000Z",
    tenant: "acme",
    agent: "direct",
    model: "claude-sonnet-5-5",
    requests: 1,
    inputTokens: 10,
    outputTokens: 5,
    cacheReadTokens: 0,
    cacheWriteTokens: 0,
    costNanoUsd: 1,
    ...fields,
  };
}

/** Ports that remember what was asked of them; one test's process. */
export function fakeOps(overrides: Partial<OpsDeps> = {}) {
  const calls: string[] = [];
  const logLines: string[] = [];
  const raises: BudgetRaiseRow[] = [];
  const switches = new Map<string, Switch>();
  const deps: OpsDeps = {
    log: createLogger(
      { service: "t", serviceVersion: "t", environment: "t", region: "region-t", logLevel: "trace" },
      { write: (line) => void logLines.push(line) },
    ),
    region: "region-t",
    access: { authenticate, authorize },
    breakers: {
      list: () => [
        { model: "claude-sonnet-5-5", state: "open", failures: 5, openedAt: "2026-11-25T12:29:30.000Z" },
        { model: "claude-haiku-5-5", state: "closed", failures: 0 },
      ],
      reset: async (model) => {
        calls.push(`reset ${model ?? "all"}`);
        return model === undefined ? 2 : 1;
      },
    },
    budgets: {
      read: async (scope) =>
        (["fleet", "tenant:acme"] as const)
          .filter((each) => scope === undefined || scope === each)
          .map((each) => ({
            scope: each,
            window: "day" as const,
            capNanoUsd: 10_000_000_000,
            spentNanoUsd: 4_000_000_000,
            reservedNanoUsd: 500_000_000,
            unconfirmedNanoUsd: 250_000_000,
            endsAtMs: Date.parse("2026-11-26T00:00:00.000Z"),
          })),
    },
    raises: { list: () => raises, raise: async (row) => void raises.push(row) },
    caches: {
      statistics: () => ({
        answers: { entries: 3, bytes: 4096, hits: 2, joined: 1, misses: 1, evictions: 0 },
        models: { entries: 0, bytes: 0, hits: 0, joined: 0, misses: 0, evictions: 0 },
      }),
      invalidate: async ({ cache, pattern }) => {
        calls.push(`invalidate ${cache ?? "all"} ${pattern}`);
        return 3;
      },
    },
    limits: { current: CONFIG },
    keys: fakeKeys(calls),
    models: loadModels(),
    switches: {
      list: async () => [...switches.values()],
      set: async (scope, percent, use) => {
        const before = switches.get(scope) ?? { percent: 100, history: [] };
        const entry = { at: NOW.toISOString(), ...use, from: before.percent, to: percent };
        const after = { scope, percent, history: [entry, ...before.history] };
        switches.set(scope, after);
        return after;
      },
    },
    usage: {
      between: async (from, to) => {
        calls.push(`usage ${from.toISOString()} ${to.toISOString()}`);
        return USAGE;
      },
    },
    health: { read: () => HEALTHY },
    process: {
      read: () => ({
        service: "claude-agent",
        version: "1.2.3",
        environment: "test",
        region: "region-t",
        role: "coordinator",
        upstream: "simulated",
        phase: "ready",
        uptimeSeconds: 61,
        turns: 2,
      }),
      drain: () => void calls.push("drain"),
    },
    now: () => NOW,
    ...overrides,
  };
  return { deps, calls, logLines, raises };
}

export type Method = "GET" | "POST" | "PUT";

/** An ops server that does not listen, gone after the test. */
export function openServer(overrides: Partial<OpsDeps> = {}) {
  const ops = fakeOps(overrides);
  const app = buildOpsServer(ops.deps);
  onTestFinished(() => app.close());
  const ask = (
    method: Method,
    path: string,
    body?: unknown,
    role: keyof typeof KEYS | "stranger" = "admin",
  ) =>
    app.inject({
      method,
      url: `/ops/v1${path}`,
      headers: role === "stranger" ? {} : { "x-api-key": KEYS[role] },
      ...(body === undefined ? {} : { payload: body as object }),
    });
  return { ...ops, app, ask };
}

function authenticate({ "x-api-key": key }: IncomingHttpHeaders): Identity {
  if (key === undefined) throw new GatewayError("missing_key");
  const role = Object.entries(KEYS).find(([, value]) => value === key)?.[0];
  if (role === undefined) throw new GatewayError("invalid_key");
  return { tenant: "platform", keyId: `key-of-${role}`, roles: [role], provider: "api-key" };
}

function authorize({ roles }: Identity, action: string) {
  const [role = ""] = roles;
  const allowed = role === "admin" || role === "operator" || (role === "viewer" && action.endsWith(":read"));
  return { allowed, decidedBy: allowed ? `policy-of-${role}` : "no policy permits it" };
}

function fakeKeys(calls: string[]): OpsDeps["keys"] {
  const facts = { tenant: "acme", createdAt: "2026-11-01T00:00:00.000Z" };
  const stored = [
    { ...facts, id: "k1", name: "ci", roles: ["operator"], hash: CANARY },
    { ...facts, id: "k2", name: "old", roles: [], expiresAt: "2026-11-02T00:00:00.000Z", rotatedTo: "k1" },
    {
      ...facts,
      id: RECORD.id,
      name: "rotated",
      roles: [],
      expiresAt: "2026-11-26T00:00:00.000Z",
      rotatedTo: "k1",
    },
    { ...facts, id: "k4", tenant: "platform", name: "own", roles: ["operator"] },
    { ...facts, id: "k3", name: "root", roles: ["admin"], revokedAt: "2026-11-03T00:00:00.000Z" },
  ] satisfies (KeyReading & { hash?: string })[];
  const require = (id: string) => {
    if (!stored.some((key) => key.id === id))
      throw new GatewayError("not_found", `No key has the id "${id}".`);
  };
  return {
    list: async () => stored,
    create: async (wish) => {
      calls.push(`create ${JSON.stringify(wish)}`);
      return { id: "k9", key: "cak_k9_made-for-this-test" };
    },
    revoke: async (id) => {
      require(id);
      calls.push(`revoke ${id}`);
    },
    exportRecord: async (id) => {
      require(id);
      calls.push(`export ${id}`);
      return { ...RECORD, id };
    },
    importRecord: async ({ id, hash }) => void calls.push(`import ${id} ${hash}`),
    rotate: async (id, overlapSeconds) => {
      require(id);
      calls.push(`rotate ${id} ${overlapSeconds}`);
      return { id: "k9", key: "cak_k9_made-for-this-test" };
    },
  };
}
