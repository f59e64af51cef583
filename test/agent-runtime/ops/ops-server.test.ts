import { afterEach, describe, expect, it } from "vitest";
import { buildOpsServer } from "../../../agent-runtime/src/ops/ops-server.ts";
import type { OpsDeps } from "../../../agent-runtime/src/ops/ports.ts";
import { StoreUnavailableError } from "../../../agent-runtime/src/store/contract.ts";
import { CANARY, fakeOps, KEYS, NOW } from "./ops-under-test.ts";

type Method = "GET" | "POST" | "PUT";
type Role = keyof typeof KEYS;

const closing: (() => Promise<unknown>)[] = [];

afterEach(async () => {
  for (const close of closing.splice(0)) await close();
});

function openServer(overrides: Partial<OpsDeps> = {}) {
  const ops = fakeOps(overrides);
  const app = buildOpsServer(ops.deps);
  closing.push(() => app.close());
  const ask = async (method: Method, path: string, body?: unknown, role: Role | "stranger" = "admin") => {
    const response = await app.inject({
      method,
      url: `/ops/v1${path}`,
      headers: role === "stranger" ? {} : { "x-api-key": KEYS[role] },
      ...(body === undefined ? {} : { payload: body as object }),
    });
    return response;
  };
  return { ...ops, app, ask };
}

const ROUTES: readonly [Method, string, unknown, number][] = [
  ["GET", "/breakers", undefined, 200],
  ["POST", "/breakers/reset", { model: "claude-sonnet-5-5" }, 200],
  ["GET", "/budgets", undefined, 200],
  [
    "POST",
    "/budgets/raise",
    { scope: "tenant:acme", window: "day", extraUsd: 20, hours: 4, reason: "launch" },
    200,
  ],
  ["GET", "/budgets/raises", undefined, 200],
  ["GET", "/caches", undefined, 200],
  ["POST", "/caches/invalidate", { pattern: "acme:*" }, 200],
  ["GET", "/limits?tenant=acme", undefined, 200],
  ["GET", "/keys", undefined, 200],
  ["POST", "/keys", { tenant: "acme", name: "ci" }, 201],
  ["POST", "/keys/k1/revoke", undefined, 200],
  ["POST", "/keys/k1/rotate", { overlapSeconds: 60 }, 201],
  ["GET", "/switches", undefined, 200],
  ["PUT", "/switches/tenant:acme", { percent: 0, reason: "runaway loop" }, 200],
  ["GET", "/usage", undefined, 200],
  ["GET", "/usage?format=csv", undefined, 200],
  ["GET", "/health", undefined, 200],
  ["GET", "/process", undefined, 200],
  ["POST", "/process/drain", { reason: "node is repaired" }, 202],
  ["GET", "/openapi.json", undefined, 200],
];

describe("access", () => {
  it.each(ROUTES)("lets an admin %s %s", async (method, path, body, status) => {
    const { ask } = openServer();
    const response = await ask(method, path, body);
    expect([response.statusCode, response.body]).toEqual([status, expect.any(String)]);
    expect(response.headers).toMatchObject({
      "x-claude-agent-decided-by": "policy-of-admin",
      "x-claude-agent-region": "region-t",
      "cache-control": "no-store",
    });
  });

  it.each(ROUTES)("refuses %s %s of a key that no policy permits it, and does nothing", async (...route) => {
    const { ask, calls, raises } = openServer();
    const response = await ask(route[0], route[1], route[2], "nobody");
    expect(response.statusCode).toBe(403);
    expect(response.json()).toMatchObject({
      type: "error",
      error: {
        type: "permission_error",
        message: expect.stringMatching(/admin:\w+:(read|write) by key-of-nobody was refused \(no policy/),
      },
      request_id: response.headers["request-id"],
    });
    expect([calls, raises]).toEqual([[], []]);
  });

  it.each(ROUTES)("refuses %s %s without a key", async (method, path, body) => {
    const { ask } = openServer();
    expect((await ask(method, path, body, "stranger")).statusCode).toBe(401);
  });

  it.each(ROUTES)("lets a viewer %s %s only to read", async (method, path, body, status) => {
    const { ask } = openServer();
    expect((await ask(method, path, body, "viewer")).statusCode).toBe(method === "GET" ? status : 403);
  });

  it("judges the caller before it reads the body", async () => {
    const { app } = openServer();
    const headers = { "content-type": "application/json", "x-api-key": KEYS.nobody };
    const response = await app.inject({ method: "POST", url: "/ops/v1/keys", headers, payload: "{" });
    expect(response.statusCode).toBe(403);
  });

  it("records who changed what, and refusals, without the key", async () => {
    const { ask, logLines } = openServer();
    await ask("POST", "/breakers/reset", {}, "operator");
    await ask("GET", "/breakers", undefined, "nobody");
    const uses = logLines.map((line) => JSON.parse(line)).filter(({ msg }) => msg === "ops request");
    expect(uses).toMatchObject([
      { level: "info", action: "admin:breakers:write", by: "key-of-operator", statusCode: 200 },
      { level: "info", action: "admin:breakers:read", statusCode: 403 },
    ]);
    expect(logLines.join()).not.toContain(KEYS.operator);
  });
});

describe("bad input", () => {
  const RAISE = { scope: "tenant:acme", window: "day", extraUsd: 20, hours: 4, reason: "launch" };
  it.each<[Method, string, unknown, RegExp]>([
    ["POST", "/breakers/reset", { model: "" }, /model: must be 1 to 256 printable/],
    ["POST", "/breakers/reset", { modle: "x" }, /modle/],
    ["GET", "/budgets?scope=tenant", undefined, /scope: must be fleet, tenant:<name>/],
    ["POST", "/budgets/raise", { ...RAISE, window: "week" }, /window/],
    ["POST", "/budgets/raise", { ...RAISE, extraUsd: 0 }, /extraUsd/],
    ["POST", "/budgets/raise", { ...RAISE, hours: 745 }, /hours/],
    ["POST", "/budgets/raise", { ...RAISE, reason: "a\nb c" }, /reason: must be 3 to 500 characters on one/],
    ["POST", "/budgets/raise", { ...RAISE, window: "month" }, /tenant:acme has no cap of a month/],
    ["POST", "/caches/invalidate", {}, /pattern/],
    ["POST", "/caches/invalidate", { pattern: "" }, /pattern: must be 1 to 512 printable/],
    ["GET", "/limits?tenant=Acme", undefined, /tenant: must be 1 to 63 lower-case/],
    ["POST", "/keys", { tenant: "acme" }, /name/],
    ["POST", "/keys", { tenant: "acme", name: "x", roles: ["a b"] }, /roles/],
    ["POST", "/keys", { tenant: "acme", name: "x", expiresInDays: -1 }, /expiresInDays/],
    ["POST", "/keys/k1/rotate", { overlapSeconds: 2_592_001 }, /overlapSeconds/],
    ["PUT", "/switches/session:x", { percent: 0, reason: "why" }, /scope: must be fleet, tenant:<name>/],
    ["PUT", "/switches/fleet", { percent: 101, reason: "why" }, /percent/],
    ["PUT", "/switches/fleet", { percent: 0 }, /reason/],
    ["GET", "/usage?from=yesterday", undefined, /from: must be like 2026-11-25/],
    ["GET", "/usage?from=2026-11-26&to=2026-11-25", undefined, /not one of up to 400 days/],
    ["GET", "/usage?from=2020-01-01", undefined, /not one of up to 400 days/],
    ["GET", "/usage?group=key", undefined, /group: must be some of tenant, agent, model, hour, day/],
    ["GET", "/usage?group=hour,day", undefined, /choose hour or day/],
    ["GET", "/usage?group=tenant,tenant", undefined, /name every dimension once/],
    ["POST", "/process/drain", {}, /reason/],
    ["POST", "/process/drain", undefined, /expected object/],
  ])("%s %s %j is refused with what is allowed", async (method, path, body, message) => {
    const { ask, calls, raises } = openServer();
    const response = await ask(method, path, body);
    expect([response.statusCode, response.json().error.type]).toEqual([400, "invalid_request_error"]);
    expect(response.json().error.message).toMatch(message);
    expect([calls, raises]).toEqual([[], []]);
  });

  it.each([
    ["of another type", "text/plain", "reason", 415],
    ["that is not JSON", "application/json", "{", 400],
    ["that is empty", "application/json", "", 400],
    ["that is too large", "application/json", JSON.stringify({ reason: "x".repeat(65_536) }), 413],
  ])("a body %s is the caller's fault", async (_, type, payload, status) => {
    const { app } = openServer();
    const headers = { "content-type": type, "x-api-key": KEYS.admin };
    const response = await app.inject({ method: "POST", url: "/ops/v1/process/drain", headers, payload });
    expect(response.statusCode).toBe(status);
  });

  it.each(["/", "/ops/v1/nothing", "/ops/v1/breakers/reset", "/ops/v1/%zz"])(
    "there is nothing to get at %s",
    async (url) => {
      const { app } = openServer();
      const response = await app.inject({ url, headers: { "x-api-key": KEYS.admin } });
      expect([response.statusCode, response.json().error?.type]).toEqual([404, "not_found_error"]);
    },
  );
});

describe("a port that fails", () => {
  it("of the store is told as an overload, so that the caller tries again", async () => {
    const read = () => Promise.reject(new StoreUnavailableError("connection lost"));
    const { ask } = openServer({ budgets: { read } });
    const response = await ask("GET", "/budgets");
    expect([response.statusCode, response.headers["x-should-retry"]]).toEqual([529, "true"]);
    expect(response.body).not.toContain("connection lost");
  });

  it("in another way is told as ours, without its message", async () => {
    const read = () => Promise.reject(new Error(CANARY));
    const { ask } = openServer({ budgets: { read } });
    const response = await ask("GET", "/budgets");
    expect(response.statusCode).toBe(500);
    expect(response.body).not.toContain(CANARY);
  });
});

describe("breakers", () => {
  it("are listed with since when they are open", async () => {
    const { ask } = openServer();
    expect((await ask("GET", "/breakers")).json().breakers).toEqual([
      { model: "claude-sonnet-5-5", state: "open", failures: 5, openedAt: "2026-11-25T12:29:30.000Z" },
      { model: "claude-haiku-5-5", state: "closed", failures: 0 },
    ]);
  });

  it.each([
    [{ model: "claude-haiku-5-5" }, { reset: 1 }, "reset claude-haiku-5-5"],
    [{}, { reset: 2 }, "reset all"],
    [undefined, { reset: 2 }, "reset all"],
  ])("are reset by %j", async (body, answer, call) => {
    const { ask, calls } = openServer();
    expect((await ask("POST", "/breakers/reset", body)).json()).toEqual(answer);
    expect(calls).toEqual([call]);
  });
});

describe("budgets", () => {
  it("are shown in dollars and percent, by scope if asked so", async () => {
    const { ask } = openServer();
    expect((await ask("GET", "/budgets?scope=tenant:acme")).json().budgets).toEqual([
      {
        scope: "tenant:acme",
        window: "day",
        capUsd: 10,
        spentUsd: 4,
        reservedUsd: 0.5,
        unconfirmedUsd: 0.25,
        usedPercent: 45,
        resetsAt: "2026-11-26T00:00:00.000Z",
      },
    ]);
    expect((await ask("GET", "/budgets")).json().budgets).toHaveLength(2);
  });

  it("without any money are used up", async () => {
    const nothing = {
      capNanoUsd: 0,
      spentNanoUsd: 0,
      reservedNanoUsd: 0,
      unconfirmedNanoUsd: 0,
      endsAtMs: 0,
    };
    const read = async () => [{ scope: "fleet", window: "day" as const, ...nothing }];
    const { ask } = openServer({ budgets: { read } });
    expect((await ask("GET", "/budgets")).json().budgets).toMatchObject([{ usedPercent: 100 }]);
  });

  it("are raised for the hours asked for, in the caller's name", async () => {
    const { ask, raises } = openServer();
    const body = { scope: "tenant:acme", window: "day", extraUsd: 20, hours: 1.5, reason: " launch " };
    const who = { reason: "launch", by: "key-of-operator", at: NOW.toISOString() };
    const row = { scope: "tenant:acme", window: "day", extraUsd: 20, ...who };
    const until = "2026-11-25T14:00:00.000Z";
    expect((await ask("POST", "/budgets/raise", body, "operator")).json()).toEqual({
      raise: { ...row, until },
    });
    expect(raises).toEqual([{ ...row, untilMs: Date.parse(until) }]);
    expect((await ask("GET", "/budgets/raises")).json()).toEqual({ raises: [{ ...row, until }] });
  });
});

describe("a raised cap", () => {
  it("whose time is over is not listed any more", async () => {
    const row = {
      scope: "fleet",
      window: "day" as const,
      extraUsd: 1,
      by: "k",
      reason: "why",
      at: NOW.toISOString(),
    };
    const rows = [0, 1].map((ms) => ({ ...row, untilMs: NOW.getTime() + ms }));
    const { ask } = openServer({
      raises: { list: () => rows, raise: () => Promise.reject(new Error("unused")) },
    });
    expect((await ask("GET", "/budgets/raises")).json().raises).toMatchObject([
      { until: new Date(NOW.getTime() + 1).toISOString() },
    ]);
  });
});

describe("caches", () => {
  it("are shown with their hit rate once anything was looked up", async () => {
    const { ask } = openServer();
    expect((await ask("GET", "/caches")).json().caches).toEqual([
      {
        name: "answers",
        entries: 3,
        bytes: 4096,
        hits: 2,
        joined: 1,
        misses: 1,
        evictions: 0,
        hitPercent: 75,
      },
      { name: "models", entries: 0, bytes: 0, hits: 0, joined: 0, misses: 0, evictions: 0 },
    ]);
  });

  it("are invalidated by pattern, one or all", async () => {
    const { ask, calls } = openServer();
    await ask("POST", "/caches/invalidate", { pattern: "a*" });
    expect((await ask("POST", "/caches/invalidate", { cache: "answers", pattern: "*" })).json()).toEqual({
      removed: 3,
    });
    expect(calls).toEqual(["invalidate all a*", "invalidate answers *"]);
  });
});

describe("limits", () => {
  it("of a key are those of its tenant too", async () => {
    const { ask } = openServer();
    const { tenant, rates, regionShare } = (await ask("GET", "/limits?key=k1")).json();
    expect({ tenant, rates, regionShare }).toEqual({
      tenant: "acme",
      rates: [
        { scope: "key:k1", from: "limits.key", requestsPerMinute: 50 },
        { scope: "tenant:acme", from: "limits.tenants.acme", concurrency: 4 },
      ],
      regionShare: 0.5,
    });
  });

  it("of a key that is in no list are those of every tenant", async () => {
    const { ask } = openServer();
    expect((await ask("GET", "/limits?key=bootstrap")).json()).toMatchObject({
      rates: [{ scope: "key:bootstrap" }, { scope: "tenant:*", from: "limits.tenant" }],
    });
  });
});

describe("keys", () => {
  it("are listed with their state and without their hash", async () => {
    const { ask } = openServer();
    const response = await ask("GET", "/keys");
    expect(response.json().keys.map(({ id, state }: { id: string; state: string }) => [id, state])).toEqual([
      ["k1", "active"],
      ["k2", "expired"],
      ["k3", "revoked"],
    ]);
    expect(response.body).not.toContain(CANARY);
  });

  it("are made with an end", async () => {
    const { ask, calls } = openServer();
    const body = { tenant: "acme", name: "ci", roles: ["operator"], expiresInDays: 30 };
    const { expiresInDays: _, ...wish } = body;
    const expiresAt = "2026-12-25T12:30:00.000Z";
    expect((await ask("POST", "/keys", body)).json()).toEqual({
      id: "k9",
      key: "cak_k9_made-for-this-test",
      ...wish,
      expiresAt,
    });
    expect(calls).toEqual([`create ${JSON.stringify({ ...wish, expiresAt })}`]);
  });

  it("are rotated with what the old one was", async () => {
    const { ask, calls } = openServer();
    expect((await ask("POST", "/keys/k1/rotate", { overlapSeconds: 60 })).json()).toEqual({
      id: "k9",
      key: "cak_k9_made-for-this-test",
      tenant: "acme",
      name: "ci",
      roles: ["operator"],
      replaces: "k1",
    });
    expect(calls).toEqual(["rotate k1 60"]);
  });

  it.each(["/keys/none/revoke", "/keys/none/rotate"])("that do not exist are not found: %s", async (path) => {
    const { ask } = openServer();
    expect((await ask("POST", path, { overlapSeconds: 0 })).statusCode).toBe(404);
  });

  it.each([
    ["made", "/keys", { tenant: "acme", name: "x", roles: ["operator", "admin"] }],
    ["had by rotation", "/keys/k3/rotate", { overlapSeconds: 60 }],
  ])("with roles beyond the caller's own cannot be %s", async (_, path, body) => {
    const { ask, calls } = openServer();
    const response = await ask("POST", path, body, "operator");
    expect(response.statusCode).toBe(403);
    expect(response.json().error.message).toContain("cannot hand out roles that it does not have (admin)");
    expect(calls).toEqual([]);
  });

  it("with the caller's own roles can be made", async () => {
    const { ask } = openServer();
    const body = { tenant: "acme", name: "x", roles: ["operator"] };
    expect((await ask("POST", "/keys", body, "operator")).statusCode).toBe(201);
  });
});

describe("kill switches", () => {
  it("record who did what and why, latest first over all scopes", async () => {
    const { ask } = openServer();
    await ask("PUT", "/switches/tenant:acme", { percent: 0, reason: "runaway loop" }, "operator");
    const response = await ask("PUT", "/switches/tenant%3Aacme", { percent: 20, reason: "first stage" });
    const use = { at: NOW.toISOString(), by: "key-of-admin", reason: "first stage", from: 0, to: 20 };
    expect(response.json()).toEqual({ scope: "tenant:acme", percent: 20, lastUse: use });
    const { switches, history } = (await ask("GET", "/switches")).json();
    expect(switches).toEqual([{ scope: "tenant:acme", percent: 20, lastUse: use }]);
    expect(
      history.map(({ from, to, by }: { from: number; to: number; by: string }) => [by, from, to]),
    ).toEqual([
      ["key-of-admin", 0, 20],
      ["key-of-operator", 100, 0],
    ]);
  });

  it("show the last hundred uses of all scopes", async () => {
    const use = (minute: number) => ({
      at: new Date(NOW.getTime() + minute * 60_000).toISOString(),
      by: "k",
      reason: "why",
      from: 100,
      to: 0,
    });
    const of = (scope: string, first: number) => ({
      scope,
      percent: 0,
      history: Array.from({ length: 60 }, (_, index) => use(first - 2 * index)),
    });
    const list = async () => [of("fleet", 200), of("tenant:acme", 201)];
    const { ask } = openServer({ switches: { list, set: () => Promise.reject(new Error("unused")) } });
    const { history } = (await ask("GET", "/switches")).json();
    expect(history).toHaveLength(100);
    expect([history[0].scope, history[1].scope]).toEqual(["tenant:acme", "fleet"]);
  });
});

describe("usage", () => {
  it("is that of the last day by default, from the beginning of its hour", async () => {
    const { ask, calls } = openServer();
    const { from, to, group, total } = (await ask("GET", "/usage")).json();
    expect(calls).toEqual(["usage 2026-11-24T12:00:00.000Z 2026-11-25T12:30:00.000Z"]);
    expect({ from, to, group }).toEqual({
      from: "2026-11-24T12:00:00.000Z",
      to: "2026-11-25T12:30:00.000Z",
      group: ["tenant", "agent", "model"],
    });
    expect(total).toMatchObject({ requests: 2, costUsd: 1.500000001 });
  });

  it("is grouped in the order asked for, in a span given with an offset", async () => {
    const { ask, calls } = openServer();
    const path = "/usage?from=2026-11-25T01:00:00%2B01:00&to=2026-11-26&group=day,tenant";
    expect((await ask("GET", path)).json()).toMatchObject({
      group: ["day", "tenant"],
      groups: [{ day: "2026-11-25", tenant: "acme", requests: 2 }],
    });
    expect(calls).toEqual(["usage 2026-11-25T00:00:00.000Z 2026-11-26T00:00:00.000Z"]);
  });

  it("comes as CSV in which names are no formulas", async () => {
    const { ask } = openServer();
    const response = await ask("GET", "/usage?format=csv&group=agent");
    expect(response.headers["content-type"]).toBe("text/csv; charset=utf-8");
    expect(response.body).toBe(
      "agent,requests,inputTokens,outputTokens,cacheReadTokens,cacheWriteTokens,costUsd\r\n" +
        "'=cmd(),1,10,5,0,0,0.000000001\r\n" +
        "direct,1,10,5,0,0,1.500000000\r\n",
    );
  });
});

describe("the process", () => {
  it("tells what it is", async () => {
    const { ask } = openServer();
    expect((await ask("GET", "/process")).json()).toMatchObject({
      version: "1.2.3",
      phase: "ready",
      turns: 2,
      pid: process.pid,
      node: process.version,
      rssBytes: expect.any(Number),
    });
  });

  it("is drained once, and says in the log who wanted it and why", async () => {
    const { ask, calls, logLines } = openServer();
    const response = await ask("POST", "/process/drain", { reason: "node is repaired" }, "operator");
    expect(response.json()).toEqual({ turns: 2 });
    expect(calls).toEqual(["drain"]);
    expect(logLines.map((line) => JSON.parse(line))).toContainEqual(
      expect.objectContaining({ level: "warn", by: "key-of-operator", reason: "node is repaired", turns: 2 }),
    );
  });

  it("tells its health with a score and a state of every part", async () => {
    const { ask } = openServer();
    const { score, state, parts } = (await ask("GET", "/health")).json();
    expect({ score, state }).toEqual({ score: 100, state: "ok" });
    expect(parts.map(({ name }: { name: string }) => name)).toEqual([
      "store",
      "upstream",
      "memory",
      "event-loop",
      "config gateway.yaml",
    ]);
  });
});
