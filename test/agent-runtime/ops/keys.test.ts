import { describe, expect, it } from "vitest";
import { CANARY, type Method, openServer, RECORD } from "./ops-under-test.ts";

describe("keys", () => {
  it("are listed with their state and without their hash", async () => {
    const { ask } = openServer();
    const response = await ask("GET", "/keys");
    expect(response.json().keys.map(({ id, state }: { id: string; state: string }) => [id, state])).toEqual([
      ["k1", "active"],
      ["k2", "expired"],
      [RECORD.id, "rotated"],
      ["k4", "active"],
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
    ["made", "/keys", { tenant: "platform", name: "x", roles: ["operator", "admin"] }],
    ["had by rotation", "/keys/root/rotate", { overlapSeconds: 60 }],
  ])("with roles beyond the caller's own cannot be %s", async (_, path, body) => {
    const root = {
      id: "root",
      tenant: "platform",
      name: "root",
      roles: ["admin"],
      createdAt: RECORD.createdAt,
    };
    const { ask, calls, deps } = openServer();
    deps.keys.list = async () => [root];
    const response = await ask("POST", path, body, "operator");
    expect(response.statusCode).toBe(403);
    expect(response.json().error.message).toContain("cannot hand out roles that it does not have (admin)");
    expect(calls).toEqual([]);
  });

  it("with the caller's own roles can be made", async () => {
    const { ask } = openServer();
    const body = { tenant: "platform", name: "x", roles: ["operator"] };
    expect((await ask("POST", "/keys", body, "operator")).statusCode).toBe(201);
  });
});

describe("keys of another tenant", () => {
  it.each([
    ["made", "/keys", { tenant: "acme", name: "x" }],
    ["rotated", "/keys/k1/rotate", { overlapSeconds: 60 }],
    ["revoked", "/keys/k1/revoke", undefined],
  ])("cannot be %s without role admin", async (_, path, body) => {
    const { ask, calls } = openServer();
    const response = await ask("POST", path, body, "operator");
    expect([response.statusCode, calls]).toEqual([403, []]);
    expect(response.json().error.message).toMatch(
      /key-of-operator belongs to tenant platform .*, not those of acme\. Ask with a key of role admin\.$/,
    );
  });

  it("are not listed without role admin", async () => {
    const { ask } = openServer();
    const { keys } = (await ask("GET", "/keys", undefined, "viewer")).json();
    expect(keys.map(({ id }: { id: string }) => id)).toEqual(["k4"]);
  });

  it("are no hindrance to what is done to one's own", async () => {
    const { ask, calls } = openServer();
    await ask("POST", "/keys/k4/rotate", { overlapSeconds: 60 }, "operator");
    await ask("POST", "/keys/k4/revoke", undefined, "operator");
    expect(calls).toEqual(["rotate k4 60", "revoke k4"]);
  });
});

describe("the row of a key", () => {
  it("goes from region to region with its hash, by role admin", async () => {
    const { ask, calls } = openServer();
    const record = (await ask("GET", `/keys/${RECORD.id}/record`)).json();
    expect(record).toEqual(RECORD);
    expect((await ask("POST", "/keys/import", record)).json()).toEqual({ imported: RECORD.id });
    expect(calls).toEqual([`export ${RECORD.id}`, `import ${RECORD.id} ${RECORD.hash}`]);
  });

  it.each<[Method, string, unknown]>([
    ["GET", "/keys/k4/record", undefined],
    ["POST", "/keys/import", { ...RECORD, tenant: "platform" }],
  ])("is not for %s %s without role admin, whatever policies permit", async (method, path, body) => {
    const { ask, calls } = openServer();
    const response = await ask(method, path, body, "operator");
    expect([response.statusCode, calls]).toEqual([403, []]);
    expect(response.json().error.message).toContain("for role admin alone, which key-of-operator does not");
  });
});
