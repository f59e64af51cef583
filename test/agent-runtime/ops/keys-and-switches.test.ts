import { describe, expect, it } from "vitest";
import { CANARY, NOW, openServer } from "./ops-under-test.ts";

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
