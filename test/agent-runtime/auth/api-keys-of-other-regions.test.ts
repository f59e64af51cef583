import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { ApiKeys } from "../../../agent-runtime/src/auth/api-keys.ts";
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

describe("an API key of another region", () => {
  let other: ReturnType<typeof createKeyStore>;
  let theirs: ApiKeys;

  beforeEach(async () => {
    other = createKeyStore();
    theirs = await other.openProcess();
  });

  afterEach(() => other.close());

  async function take(id: string) {
    await theirs.importRecord(await keys.exportRecord(id));
    await other.settled();
  }

  it("is good once its row was taken, as often as that is done", async () => {
    const { id, key } = await create({ ...acme, expiresAt: "2026-11-25T12:00:01Z" });
    await take(id);
    await take(id);
    expect(theirs.verify(id, key)).toEqual(keys.verify(id, key));
    expect(await theirs.list()).toEqual(await keys.list());
  });

  it("takes over an earlier end and its successor, and never a later end", async () => {
    const old = await create();
    await take(old.id);
    const next = await keys.rotate(old.id, 60);
    await take(old.id);
    const ended = { id: old.id, expiresAt: "2026-11-25T12:01:00.000Z", rotatedTo: next.id };
    expect(await theirs.list()).toMatchObject([ended]);
    const { expiresAt: _, ...endless } = await keys.exportRecord(old.id);
    await theirs.importRecord(endless);
    await theirs.importRecord({ ...endless, expiresAt: "2027-01-01T00:00:00Z", rotatedTo: "another" });
    expect(await theirs.list()).toMatchObject([ended]);
  });

  it("stays revoked where it was revoked", async () => {
    const { id, key } = await create();
    await take(id);
    await theirs.revoke(id);
    await take(id);
    expect(() => theirs.verify(id, key)).toThrow(code("key_revoked"));
  });

  it("is not told once it was revoked", async () => {
    const { id } = await create();
    await keys.revoke(id);
    await expect(keys.exportRecord(id)).rejects.toMatchObject({ code: "invalid_request" });
  });

  it.each([
    [
      "says it was hashed under another secret",
      { hashedUnder: "another" },
      /another KEY_HASH_SECRET .* Give all regions/,
    ],
    ["is not the one of that id here", { hash: "h".repeat(43) }, /Another key has the id/],
    ["is of another tenant here", { tenant: "beta" }, /Another key has the id/],
  ])("is refused when it %s", async (_, change, message) => {
    const { id } = await create();
    const record = await keys.exportRecord(id);
    await theirs.importRecord(record);
    const before = await other.table.all();
    await expect(theirs.importRecord({ ...record, ...change })).rejects.toMatchObject({
      code: "invalid_request",
      message: expect.stringMatching(message),
    });
    expect(await other.table.all()).toEqual(before);
  });
});

it("an API key is refused by a region of another hash secret, where nobody could use it", async () => {
  const hash = createKeyHash({ gatewayKeySha256: ["cd".repeat(32)] });
  const mirror = { isLoaded: true, ageMs: 0, get: () => undefined };
  const stranger = new ApiKeys({ table: store.table, mirror, hash, now: () => NOW });
  const record = await keys.exportRecord((await create()).id);
  await expect(stranger.importRecord(record)).rejects.toMatchObject({ code: "invalid_request" });
});
