import { describe, expect, it } from "vitest";
import { StoreUnavailableError } from "../../../agent-runtime/src/store/contract.ts";
import { CANARY, fakeOps, KEYS, type Method, openServer, RECORD } from "./ops-under-test.ts";

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
  ["POST", "/keys/import", RECORD, 200],
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
    ["POST", "/keys/import", { ...RECORD, hash: "short" }, /hash/],
    ["POST", "/keys/import", { ...RECORD, id: "revoked:x" }, /id: must be the id of a key/],
    ["POST", "/keys/import", { ...RECORD, key: "cak_x" }, /key/],
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
    expect(response.json().error.message).toBe(
      "The store of keys, limits and budgets cannot be reached, and this is refused without it.",
    );
  });

  it("of the store is told at a change as one that may be in force", async () => {
    const create = () => Promise.reject(new StoreUnavailableError("no replica confirmed it"));
    const { ask } = openServer({ keys: { ...fakeOps().deps.keys, create } });
    const response = await ask("POST", "/keys", { tenant: "acme", name: "ci" });
    expect(response.statusCode).toBe(529);
    expect(response.json().error.message).toContain("may be in force all the same; repeat it");
  });

  it("in another way is told as ours, without its message", async () => {
    const read = () => Promise.reject(new Error(CANARY));
    const { ask } = openServer({ budgets: { read } });
    const response = await ask("GET", "/budgets");
    expect(response.statusCode).toBe(500);
    expect(response.body).not.toContain(CANARY);
  });
});
