import { afterEach, beforeEach, describe, expect, it } from "vitest";
import type { ApiKeys } from "../../../agent-runtime/src/auth/api-keys.ts";
import { createKeyStore, NOW } from "../auth/shared-api-keys.ts";
import { agentctl, NOBODY, startOps } from "./agentctl-under-test.ts";

const NAMES = ["region-a", "region-b"] as const;

type Region = ReturnType<typeof createKeyStore> & { readonly keys: ApiKeys; readonly url: string };
let a: Region;
let b: Region;

/** Two regions, each with a store of its own, under the same hash secret. */
beforeEach(async () => {
  const [first, second] = await Promise.all(NAMES.map(startRegion));
  if (first === undefined || second === undefined) throw new Error("two regions are needed");
  [a, b] = [first, second];
});

afterEach(async () => {
  await Promise.all([a.close(), b.close()]);
});

async function startRegion(region: string): Promise<Region> {
  const store = createKeyStore();
  const keys = await store.openProcess();
  const { url } = await startOps({ region, keys, now: () => new Date(store.clock.nowMs) });
  return { ...store, keys, url };
}

const CREATE = ["keys", "create", "--tenant", "acme", "--name", "ci", "--role", "operator"];
const idOf = (key: string) => key.split("_")[1] ?? "";
const code = (value: string) => expect.objectContaining({ code: value });

async function run(args: readonly string[], urls = [a.url, b.url]) {
  const result = await agentctl({ urls }, args);
  await Promise.all([a.settled(), b.settled()]);
  return { ...result, key: result.out.trim() };
}

describe("a key of several regions", () => {
  it("is made in the first and good in all of them, and alone on standard output", async () => {
    const { code, key, err } = await run(CREATE);
    const id = idOf(key);
    expect([code, err]).toEqual([0, `Key ${id} of acme, in region-a, region-b. It is shown this once:\n`]);
    const identity = { tenant: "acme", keyId: id, roles: ["operator"], provider: "api-key" };
    for (const { keys } of [a, b]) expect(keys.verify(id, key)).toEqual(identity);
    for (const { table } of [a, b])
      expect(JSON.stringify([...(await table.all())])).not.toContain(key.slice(-43));
  });

  it("tells a program what became of each region", async () => {
    const { code, out } = await run([...CREATE, "--json"]);
    expect([code, JSON.parse(out)]).toMatchObject([
      0,
      {
        tenant: "acme",
        key: expect.stringMatching(/^cak_/),
        regions: [
          { region: "region-a", ok: true },
          { region: "region-b", ok: true },
        ],
      },
    ]);
  });

  it("is shown although a region did not take it, which is named, with what to repeat", async () => {
    const { code, key, err } = await run(CREATE, [a.url, NOBODY]);
    const id = idOf(key);
    expect([code, a.keys.verify(id, key).keyId]).toEqual([1, id]);
    expect(err).toMatch(/^Key \w+ of acme, in region-a\. It is shown this once:\n/);
    expect(err).toMatch(/\nerror: 1 of 2 regions failed\. http:\/\/127\.0\.0\.1:1 cannot be reached/);
    expect(err).toMatch(
      new RegExp(` Repeat it with: agentctl keys copy ${id} --url ${a.url} --url ${NOBODY}\n$`),
    );
    expect((await run(["keys", "copy", id])).code).toBe(0);
    expect(b.keys.verify(id, key).keyId).toBe(id);
  });

  it("is not made when the first region is away", async () => {
    const { code, out } = await run(CREATE, [NOBODY, b.url]);
    expect([code, out, await b.keys.list()]).toEqual([3, "", []]);
  });

  it("is rotated in all of them: the old one ends at the same time everywhere", async () => {
    const old = await run(CREATE);
    const next = await run(["keys", "rotate", idOf(old.key), "--overlap-seconds", "60"]);
    expect(next.code).toBe(0);
    for (const { keys, clock } of [a, b]) {
      for (const { key } of [old, next]) expect(keys.verify(idOf(key), key).tenant).toBe("acme");
      clock.nowMs = NOW + 60_000;
      expect(() => keys.verify(idOf(old.key), old.key)).toThrow(code("key_expired"));
      expect(keys.verify(idOf(next.key), next.key).tenant).toBe("acme");
    }
    const { out } = await run(["keys", "list", "--json"]);
    for (const { answer } of JSON.parse(out).regions) {
      expect(answer.keys).toMatchObject([
        { state: "expired", rotatedTo: idOf(next.key) },
        { state: "active" },
      ]);
    }
  });

  it("is revoked in all of them, and a copy does not bring it back", async () => {
    const { key } = await run(CREATE);
    const id = idOf(key);
    const { code: exit, out } = await run(["keys", "revoke", id]);
    expect([exit, out]).toEqual([
      0,
      `REGION    RESULT  REVOKED\nregion-a  ok      ${id}\nregion-b  ok      ${id}\n`,
    ]);
    const copied = await run(["keys", "copy", id]);
    expect([copied.code, copied.err]).toEqual([1, expect.stringContaining(`Key ${id} was revoked.`)]);
    for (const { keys } of [a, b]) expect(() => keys.verify(id, key)).toThrow(code("key_revoked"));
  });

  it("that one region cannot revoke is revoked in the others, with what to repeat", async () => {
    const { key } = await run(CREATE);
    const id = idOf(key);
    const { code: exit, err } = await run(["keys", "revoke", id], [NOBODY, a.url]);
    expect([exit, err]).toEqual([
      1,
      expect.stringContaining(` Repeat it with: agentctl keys revoke ${id} --url ${NOBODY}\n`),
    ]);
    expect(() => a.keys.verify(id, key)).toThrow(code("key_revoked"));
    expect(b.keys.verify(id, key).keyId).toBe(id);
  });

  it("is copied from one region to others, which have to be named", async () => {
    const { code, err } = await run(["keys", "copy", "0123456789abcdef"], [a.url]);
    expect([code, err]).toEqual([2, expect.stringContaining("name them, the one that has the keys first")]);
  });
});
