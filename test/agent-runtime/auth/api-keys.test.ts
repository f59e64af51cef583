import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { idOfApiKey, parseKnownKey } from "../../../agent-runtime/src/auth/api-key-record.ts";
import { ApiKeys, MAX_MIRROR_AGE_MS } from "../../../agent-runtime/src/auth/api-keys.ts";
import { createKeyHash } from "../../../agent-runtime/src/auth/key-hash.ts";
import { createKeyStore, NOW } from "./shared-api-keys.ts";

let store: ReturnType<typeof createKeyStore>;
let keys: ApiKeys;

beforeEach(async () => {
  store = createKeyStore();
  keys = await store.openProcess();
});

afterEach(() => store.close());

const acme = { tenant: "acme", name: "ci", roles: ["operator"] };
const code = (value: string) => expect.objectContaining({ code: value });

async function create(request: Parameters<ApiKeys["create"]>[0] = acme) {
  const created = await keys.create(request);
  await store.settled();
  return created;
}

describe("an API key", () => {
  it("is its id and 256 random bits, and identifies its tenant and roles", async () => {
    const { id, key } = await create();
    expect(key).toMatch(new RegExp(`^cak_${id}_[A-Za-z0-9_-]{43}$`));
    expect(keys.verify(id, key)).toEqual({
      tenant: "acme",
      keyId: id,
      roles: ["operator"],
      provider: "api-key",
    });
    expect((await create()).key).not.toBe(key);
  });

  it("is not in the store, nor is its plain digest", async () => {
    const { key } = await create();
    const rows = [...(await store.table.all()).values()].join();
    const secret = key.slice(-43);
    expect(rows).toContain('"tenant":"acme"');
    expect(rows).not.toContain(secret);
    const { createHash } = await import("node:crypto");
    for (const encoding of ["hex", "base64", "base64url"] as const) {
      expect(rows).not.toContain(createHash("sha256").update(key).digest(encoding));
    }
  });

  it.each([
    ["has another secret", (key: string) => `${key.slice(0, -43)}${"A".repeat(43)}`],
    ["has another last character", (key: string) => `${key.slice(0, -1)}${key.endsWith("A") ? "B" : "A"}`],
  ])("is invalid when it %s", async (_what, change) => {
    const { id, key } = await create();
    expect(() => keys.verify(id, change(key))).toThrow(code("invalid_key"));
  });

  it("is invalid when nothing has its id", async () => {
    const { id, key } = await create();
    const other = id.startsWith("0") ? `1${id.slice(1)}` : `0${id.slice(1)}`;
    expect(() => keys.verify(other, key.replace(id, other))).toThrow(code("invalid_key"));
  });

  it("expires at its time", async () => {
    const { id, key } = await create({ ...acme, expiresAt: "2026-11-25T12:00:01Z" });
    store.clock.nowMs = NOW + 999;
    expect(keys.verify(id, key).tenant).toBe("acme");
    store.clock.nowMs = NOW + 1000;
    expect(() => keys.verify(id, key)).toThrow(code("key_expired"));
  });

  it.each([
    ["a tenant in capitals", { tenant: "Acme" }, "tenant"],
    ["an empty name", { name: "" }, "name"],
    ["a role with a space", { roles: ["a b"] }, "roles.0"],
    ["an end in the past", { expiresAt: "2026-11-25T12:00:00Z" }, "expiresAt"],
    ["an end that is no time", { expiresAt: "tomorrow" }, "expiresAt"],
  ])("is not created with %s", async (_what, change, path) => {
    const message = expect.stringContaining(`${path}: `);
    await expect(keys.create({ ...acme, ...change })).rejects.toMatchObject({
      code: "invalid_request",
      message,
    });
    expect((await store.table.all()).size).toBe(0);
  });
});

describe("the list of API keys", () => {
  it("has every key, the oldest first, without its hash", async () => {
    const first = await create();
    store.clock.nowMs += 1000;
    const second = await create({ tenant: "b", name: "x", expiresAt: "2026-12-01T00:00:00Z" });
    expect(await keys.list()).toEqual([
      { id: first.id, ...acme, createdAt: "2026-11-25T12:00:00.000Z" },
      {
        id: second.id,
        tenant: "b",
        name: "x",
        roles: [],
        createdAt: "2026-11-25T12:00:01.000Z",
        expiresAt: "2026-12-01T00:00:00Z",
      },
    ]);
  });

  it("leaves out a row that cannot be read, which no key fits either", async () => {
    await create();
    await store.table.set("0123456789abcdef", "{");
    await store.settled();
    expect(await keys.list()).toHaveLength(1);
    expect(() => keys.verify("0123456789abcdef", "x")).toThrow(code("invalid_key"));
  });
});

describe("a revoked API key", () => {
  it("stops new requests of every process once they have heard of it", async () => {
    const other = await store.openProcess();
    const { id, key } = await create();
    expect(other.verify(id, key).keyId).toBe(id);
    await keys.revoke(id);
    await store.settled();
    for (const process of [keys, other]) expect(() => process.verify(id, key)).toThrow(code("key_revoked"));
  });

  it("is told of its end only when the key is right", async () => {
    const { id, key } = await create();
    await keys.revoke(id);
    await store.settled();
    expect(() => keys.verify(id, `${key.slice(0, -43)}${"A".repeat(43)}`)).toThrow(code("invalid_key"));
  });

  it("keeps the time of its first revocation", async () => {
    const { id } = await create();
    await keys.revoke(id);
    store.clock.nowMs += 5000;
    await keys.revoke(id);
    expect(await keys.list()).toMatchObject([{ revokedAt: "2026-11-25T12:00:00.000Z" }]);
  });

  it("must exist, and its revocation is no key", async () => {
    const { id } = await create();
    await keys.revoke(id);
    for (const other of ["nobody", `revoked:${id}`]) {
      await expect(keys.revoke(other)).rejects.toMatchObject({ code: "not_found" });
    }
    expect(await keys.list()).toHaveLength(1);
  });

  it.each(["rotation", "revocation"] as const)(
    "stays revoked when another process rotates it at a time and the %s is written last",
    async (last) => {
      const { id, key } = await create();
      const processes = {
        rotation: await store.openHeldProcess(),
        revocation: await store.openHeldProcess(),
      };
      const { rotation, revocation } = processes;
      const done = { rotation: rotation.keys.rotate(id, 60), revocation: revocation.keys.revoke(id) };
      await Promise.all([rotation.reachesWrite(), revocation.reachesWrite()]);
      for (const next of [last === "rotation" ? "revocation" : "rotation", last] as const) {
        processes[next].letWrite();
        await done[next];
      }
      await store.settled();
      expect(() => keys.verify(id, key)).toThrow(code("key_revoked"));
      const listed = (await keys.list()).find((entry) => entry.id === id);
      expect(listed).toMatchObject({ revokedAt: "2026-11-25T12:00:00.000Z", rotatedTo: expect.any(String) });
      await expect(keys.rotate(id, 60)).rejects.toMatchObject({ code: "invalid_request" });
    },
  );
});

describe("a rotated API key", () => {
  it("gets a successor of the same tenant and roles, and works for the overlap", async () => {
    const old = await create();
    const next = await keys.rotate(old.id, 60);
    await store.settled();
    expect(keys.verify(next.id, next.key)).toMatchObject({
      tenant: "acme",
      roles: ["operator"],
      keyId: next.id,
    });
    store.clock.nowMs = NOW + 59_999;
    expect(keys.verify(old.id, old.key).keyId).toBe(old.id);
    store.clock.nowMs = NOW + 60_000;
    expect(() => keys.verify(old.id, old.key)).toThrow(code("key_expired"));
    expect(keys.verify(next.id, next.key).keyId).toBe(next.id);
    expect(await keys.list()).toContainEqual(expect.objectContaining({ id: old.id, rotatedTo: next.id }));
  });

  it("never works longer than it would have, and neither does its successor", async () => {
    const old = await create({ ...acme, expiresAt: "2026-11-25T12:00:10Z" });
    const next = await keys.rotate(old.id, 60);
    await store.settled();
    store.clock.nowMs = NOW + 10_000;
    for (const { id, key } of [old, next]) expect(() => keys.verify(id, key)).toThrow(code("key_expired"));
  });

  it("is rotated once, even when it is asked for twice at a time", async () => {
    const old = await create();
    const results = await Promise.allSettled([keys.rotate(old.id, 60), keys.rotate(old.id, 60)]);
    expect(results.map(({ status }) => status)).toEqual(["fulfilled", "rejected"]);
    expect(await keys.list()).toHaveLength(2);
  });

  it("stays revoked when both are asked for at a time", async () => {
    const old = await create();
    await Promise.allSettled([keys.rotate(old.id, 60), keys.revoke(old.id)]);
    await store.settled();
    expect(() => keys.verify(old.id, old.key)).toThrow(code("key_revoked"));
  });

  it("must not be revoked", async () => {
    const old = await create();
    await keys.revoke(old.id);
    await expect(keys.rotate(old.id, 60)).rejects.toMatchObject({ code: "invalid_request" });
  });
});

describe("API keys without a store", () => {
  const hash = createKeyHash({ gatewayKeySha256: ["ab".repeat(32)] });

  async function keysOfAge(ageMs: number, isLoaded = true) {
    const { id, key } = await create();
    const row = parseKnownKey((await store.table.get(id)) ?? "");
    const mirror = { isLoaded, ageMs, get: () => row };
    return { id, key, keys: new ApiKeys({ table: store.table, mirror, hash, now: () => NOW }) };
  }

  it("work as last known for a minute", async () => {
    const { id, key, keys } = await keysOfAge(MAX_MIRROR_AGE_MS);
    expect(keys.verify(id, key).keyId).toBe(id);
  });

  it("are refused for now after a minute", async () => {
    const { id, key, keys } = await keysOfAge(MAX_MIRROR_AGE_MS + 1);
    expect(() => keys.verify(id, key)).toThrow(code("store_unavailable"));
  });

  it("are refused for now when they were never read", async () => {
    const { id, key, keys } = await keysOfAge(0, false);
    expect(() => keys.verify(id, key)).toThrow(code("store_unavailable"));
  });
});

describe("the form of an API key", () => {
  it.each([
    "",
    "cak_",
    "cak_0123456789abcdef",
    `cak_0123456789ABCDEF_${"a".repeat(43)}`,
    `cak_0123456789abcdef_${"a".repeat(44)}`,
  ])("is not that of %j", (presented) => expect(idOfApiKey(presented)).toBeUndefined());
});
