import { setFlagsFromString } from "node:v8";
import { runInNewContext } from "node:vm";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import type { ApiKeys } from "../../../agent-runtime/src/auth/api-keys.ts";
import {
  type Authenticate,
  BOOTSTRAP_IDENTITY,
  createAuthenticate,
} from "../../../agent-runtime/src/auth/authenticate.ts";
import { TokenVerifier } from "../../../agent-runtime/src/auth/jwt.ts";
import { GATEWAY_KEY, sha256 } from "../running-gateway.ts";
import { createKeyStore } from "./shared-api-keys.ts";
import { startTokenIssuer } from "./token-issuer.ts";

const OTHER_KEY = "the key that is being replaced";
const gatewayKeySha256 = [sha256(GATEWAY_KEY), sha256(OTHER_KEY)];
let issuer: Awaited<ReturnType<typeof startTokenIssuer>>;
let store: ReturnType<typeof createKeyStore>;
let apiKeys: ApiKeys;
let authenticate: Authenticate;

beforeAll(async () => {
  issuer = await startTokenIssuer();
  store = createKeyStore();
  apiKeys = await store.openProcess();
  authenticate = createAuthenticate({
    gatewayKeySha256,
    apiKeys,
    tokens: new TokenVerifier([issuer.config]),
  });
});

afterAll(async () => {
  await issuer.close();
  await store.close();
});

describe("the bootstrap key", () => {
  it.each([
    ["x-api-key", { "x-api-key": GATEWAY_KEY }],
    ["a bearer token", { authorization: `Bearer ${GATEWAY_KEY}` }],
    ["a bearer token in lower case", { authorization: `bearer ${GATEWAY_KEY}` }],
    ["the one that is being replaced", { "x-api-key": OTHER_KEY }],
  ])("is taken as %s, for the administrator of tenant default", (_how, headers) => {
    expect(authenticate(headers)).toBe(BOOTSTRAP_IDENTITY);
    expect(BOOTSTRAP_IDENTITY).toEqual({
      tenant: "default",
      keyId: "bootstrap",
      roles: ["admin"],
      provider: "bootstrap",
    });
  });

  it("works while no API key can be checked", () => {
    const away = createAuthenticate({
      gatewayKeySha256,
      apiKeys: {
        verify: () => {
          throw new Error("must not be asked");
        },
      },
      tokens: new TokenVerifier([]),
    });
    expect(away({ "x-api-key": GATEWAY_KEY })).toBe(BOOTSTRAP_IDENTITY);
  });
});

describe("the other providers", () => {
  it("are API keys, in either header, at once", async () => {
    const { id, key } = await apiKeys.create({ tenant: "acme", name: "ci" });
    await store.settled();
    for (const headers of [{ "x-api-key": key }, { authorization: `Bearer ${key}` }]) {
      expect(authenticate(headers)).toMatchObject({ tenant: "acme", keyId: id, provider: "api-key" });
    }
  });

  it("are tokens, in either header", async () => {
    const token = await issuer.token();
    for (const headers of [{ "x-api-key": token }, { authorization: `Bearer ${token}` }]) {
      expect(await authenticate(headers)).toMatchObject({
        tenant: "acme",
        keyId: "jwt:acme/issuer.example/alice",
      });
    }
  });

  it("let revoked and expired keys and bad tokens be told apart", async () => {
    const revoked = await apiKeys.create({ tenant: "acme", name: "ci" });
    await apiKeys.revoke(revoked.id);
    await store.settled();
    expect(() => authenticate({ "x-api-key": revoked.key })).toThrow(
      expect.objectContaining({ code: "key_revoked" }),
    );
    const token = await issuer.token({ tenant: undefined });
    await expect(Promise.resolve(authenticate({ "x-api-key": token }))).rejects.toMatchObject({
      code: "invalid_token",
    });
  });
});

describe("what is no key", () => {
  it.each([
    ["another key", { "x-api-key": "another" }, "invalid_key"],
    ["the key's digest", { "x-api-key": sha256(GATEWAY_KEY) }, "invalid_key"],
    ["the key with a space", { "x-api-key": `${GATEWAY_KEY} ` }, "invalid_key"],
    [
      "a wrong key beside a right one",
      { "x-api-key": "x", authorization: `Bearer ${GATEWAY_KEY}` },
      "invalid_key",
    ],
    [
      "an API key that does not exist",
      { "x-api-key": `cak_0123456789abcdef_${"a".repeat(43)}` },
      "invalid_key",
    ],
    ["an empty key", { "x-api-key": "" }, "missing_key"],
    ["no key", {}, "missing_key"],
    ["another scheme", { authorization: `Basic ${GATEWAY_KEY}` }, "missing_key"],
    ["a bearer without a token", { authorization: "Bearer " }, "missing_key"],
  ])("is refused: %s", (_what, headers, code) => {
    expect(() => authenticate(headers)).toThrow(expect.objectContaining({ code }));
  });

  it("is an invalid key where it looks like a token and no issuer is configured", () => {
    const tokens = new TokenVerifier([]);
    const keysOnly = createAuthenticate({ gatewayKeySha256, apiKeys, tokens });
    expect(() => keysOnly({ "x-api-key": "a.b.c" })).toThrow(
      expect.objectContaining({ code: "invalid_key" }),
    );
  });

  it("is never quoted in an error", async () => {
    const canary = `cak_0123456789abcdef_${"canary".repeat(7)}x`;
    expect(() => authenticate({ "x-api-key": canary })).toThrow(
      expect.objectContaining({ message: expect.not.stringContaining("canary") }),
    );
  });
});

describe("fault 59: a flood of invalid keys", () => {
  const FLOOD = 50_000;
  const MAX_CPU_US = 100;
  /** Of the whole flood: if a refusal kept no more than its key, that would be twice as much. */
  const MAX_KEPT_BYTES = 2_000_000;

  it.each([
    ["of the form of API keys", (n: number) => `cak_${n.toString(16).padStart(16, "0")}_${"a".repeat(43)}`],
    ["of any kind", (n: number) => `${"invalid-".repeat(20)}${n}`],
  ])("%s costs microseconds each and leaves nothing behind", (_what, keyOf) => {
    refuse(keyOf(-1));
    const heapBefore = heapUsedAfterCollection();
    const cpuBefore = process.cpuUsage();
    for (let n = 0; n < FLOOD; n++) refuse(keyOf(n));
    const { user, system } = process.cpuUsage(cpuBefore);
    expect((user + system) / FLOOD).toBeLessThan(MAX_CPU_US);
    expect(heapUsedAfterCollection() - heapBefore).toBeLessThan(MAX_KEPT_BYTES);
  });

  function refuse(key: string): void {
    try {
      authenticate({ "x-api-key": key });
    } catch {
      return;
    }
    throw new Error("an invalid key was taken");
  }
});

setFlagsFromString("--expose-gc");
const collectGarbage: () => void = runInNewContext("gc");

function heapUsedAfterCollection(): number {
  collectGarbage();
  return process.memoryUsage().heapUsed;
}
