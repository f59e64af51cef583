import { generateKeyPair, SignJWT } from "jose";
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it, vi } from "vitest";
import { TokenVerifier } from "../../../agent-runtime/src/auth/jwt.ts";
import { AUDIENCE, startTokenIssuer } from "./token-issuer.ts";

let issuer: Awaited<ReturnType<typeof startTokenIssuer>>;
let tokens: TokenVerifier;

beforeAll(async () => {
  issuer = await startTokenIssuer();
});

beforeEach(() => {
  Object.assign(issuer.state, { fetches: 0, status: 200, kid: "key-1", mayAnswer: undefined });
  tokens = new TokenVerifier([issuer.config]);
});

afterEach(() => vi.useRealTimers());

afterAll(() => issuer.close());

const DAY_MS = 86_400_000;
const seconds = (fromNow: number) => Math.floor(Date.now() / 1000) + fromNow;
const base64url = (value: unknown) => Buffer.from(JSON.stringify(value)).toString("base64url");

async function refusal(token: string, verifier = tokens) {
  return (await Promise.resolve(verifier.verify(token)).catch((error: unknown) => error)) as Error;
}

describe("a token", () => {
  it("identifies its tenant, its subject and its roles", async () => {
    const token = await issuer.token({ roles: ["operator", "team:a"] });
    expect(tokens.takes(token)).toBe(true);
    expect(await tokens.verify(token)).toEqual({
      tenant: "acme",
      keyId: "jwt:acme/issuer.example/alice",
      roles: ["operator", "team:a"],
      provider: "jwt",
    });
  });

  it("has another id for the same subject of another tenant or issuer, so that they share no limits", async () => {
    const alias = { ...issuer.config, issuer: "https://issuer.example/realms/b" };
    const both = new TokenVerifier([issuer.config, alias]);
    const idOf = async (claims: object) => (await both.verify(await issuer.token({ ...claims }))).keyId;
    expect(await Promise.all([idOf({}), idOf({ tenant: "beta" }), idOf({ iss: alias.issuer })])).toEqual([
      "jwt:acme/issuer.example/alice",
      "jwt:beta/issuer.example/alice",
      "jwt:acme/issuer.example%2Frealms%2Fb/alice",
    ]);
  });

  it.each([
    ["in one string", "a  b", ["a", "b"]],
    ["not at all", undefined, []],
  ])("may list its roles %s", async (_how, roles, expected) => {
    expect(await tokens.verify(await issuer.token({ roles }))).toMatchObject({ roles: expected });
  });

  it("may have tenant and roles in claims of other names", async () => {
    const config = { ...issuer.config, tenantClaim: "https://x.example/org", rolesClaim: "scope" };
    const token = await issuer.token({ "https://x.example/org": "other", scope: "admin" });
    expect(await new TokenVerifier([config]).verify(token)).toMatchObject({
      tenant: "other",
      roles: ["admin"],
    });
  });

  it("is verified once and then known at once, with keys fetched once", async () => {
    const token = await issuer.token();
    await tokens.verify(token);
    expect(tokens.verify(token)).toMatchObject({ keyId: "jwt:acme/issuer.example/alice" });
    await tokens.verify(await issuer.token({ sub: "bob" }));
    expect(issuer.state.fetches).toBe(1);
  });

  it.each([
    ["no tenant", { tenant: undefined }, '"tenant"'],
    ["a tenant that is no name", { tenant: "Acme Inc" }, '"tenant"'],
    ["several tenants", { tenant: ["acme"] }, '"tenant"'],
    ["no subject", { sub: undefined }, '"sub"'],
    ["a subject with a line break", { sub: "a\nb" }, '"sub"'],
    ["another audience", { aud: "someone-else" }, '"aud"'],
    ["no audience", { aud: undefined }, '"aud"'],
    ["no end", { exp: undefined }, '"exp"'],
    ["roles that are no list", { roles: { admin: true } }, '"roles"'],
    ["a beginning in the future", { nbf: 99_999_999_999 }, '"nbf"'],
    ["another issuer", { iss: "https://other.example" }, "Its issuer is not one of this gateway's."],
    ["no issuer", { iss: undefined }, "Its issuer is not one of this gateway's."],
  ])("is refused with %s", async (_what, claims, said) => {
    const error = await refusal(await issuer.token(claims));
    expect(error).toMatchObject({ code: "invalid_token", message: expect.stringContaining(said) });
  });

  it("is believed 30 s after its end and refused after that", async () => {
    const [late, tooLate] = [
      await issuer.token({ exp: seconds(-25) }),
      await issuer.token({ exp: seconds(-35) }),
    ];
    expect(await tokens.verify(late)).toMatchObject({ tenant: "acme" });
    expect(await refusal(tooLate)).toMatchObject({
      code: "invalid_token",
      message: expect.stringContaining("It has expired."),
    });
  });

  it("is not believed beyond its end for having been verified before", async () => {
    vi.useFakeTimers({ toFake: ["Date"] });
    const token = await issuer.token({ exp: seconds(10) });
    await tokens.verify(token);
    vi.advanceTimersByTime(39_000);
    expect(await tokens.verify(token)).toMatchObject({ tenant: "acme" });
    vi.advanceTimersByTime(2_000);
    expect(await refusal(token)).toMatchObject({ code: "invalid_token" });
  });

  it("is verified again after ten minutes, when a withdrawn key has ended", async () => {
    vi.useFakeTimers({ toFake: ["Date"] });
    const token = await issuer.token({ exp: seconds(7_200) });
    await tokens.verify(token);
    vi.advanceTimersByTime(601_000);
    await tokens.verify(token);
    expect(issuer.state.fetches).toBe(2);
  });

  it("is refused once its issuer is no longer configured", async () => {
    const token = await issuer.token();
    await tokens.verify(token);
    tokens.configure([{ ...issuer.config, issuer: "https://other.example" }]);
    expect(await refusal(token)).toMatchObject({ code: "invalid_token" });
    tokens.configure([]);
    expect(tokens.takes(token)).toBe(false);
  });
});

describe("a forged token", () => {
  const claims = () => ({
    iss: issuer.config.issuer,
    aud: AUDIENCE,
    sub: "eve",
    tenant: "acme",
    exp: seconds(60),
  });

  it.each([
    ["signed with another key", async () => sign((await generateKeyPair("ES256")).privateKey, "ES256")],
    [
      "signed with the public key as a shared secret",
      () => sign(Buffer.from(JSON.stringify(issuer.publicJwk)), "HS256"),
    ],
    ["not signed", async () => `${base64url({ alg: "none" })}.${base64url(claims())}.AA`],
    [
      "changed after it was signed",
      async () => {
        const [header, , signature] = (await issuer.token()).split(".");
        return [header, base64url({ ...claims(), roles: ["admin"] }), signature].join(".");
      },
    ],
    ["of a key that does not exist", () => issuer.token({}, { kid: "key-2" })],
    ["no token at all", async () => "a.b.c"],
  ])("is refused when it is %s", async (_what, forge) => {
    expect(await refusal(await forge())).toMatchObject({ code: "invalid_token" });
  });

  function sign(key: Parameters<SignJWT["sign"]>[0], alg: string): Promise<string> {
    return new SignJWT(claims()).setProtectedHeader({ alg, kid: "key-1" }).sign(key);
  }
});

describe("an issuer that is away", () => {
  it("is named in a clear error, asked once a second, and taken again when it is back", async () => {
    vi.useFakeTimers({ toFake: ["performance"] });
    issuer.state.status = 503;
    const token = await issuer.token();
    const error = await refusal(token);
    expect(error).toMatchObject({
      code: "issuer_unreachable",
      message:
        "The token cannot be checked: the keys of its issuer cannot be fetched. The issuer is https://issuer.example.",
    });
    issuer.state.status = 200;
    expect(await refusal(token)).toBe(error);
    expect(issuer.state.fetches).toBe(1);
    vi.advanceTimersByTime(1_000);
    expect(await tokens.verify(token)).toMatchObject({ tenant: "acme" });
  });

  it("does not keep out those whose key is known, whatever keys others name", async () => {
    await tokens.verify(await issuer.token());
    issuer.state.status = 503;
    vi.useFakeTimers({ toFake: ["Date"], now: Date.now() + 31_000 });
    const unknown = await issuer.token({}, { kid: "key-2" });
    expect(await refusal(unknown)).toMatchObject({ code: "issuer_unreachable" });
    expect(await refusal(unknown)).toMatchObject({ code: "issuer_unreachable" });
    expect(issuer.state.fetches).toBe(2);
    expect(await tokens.verify(await issuer.token({ sub: "bob" }))).toMatchObject({
      keyId: "jwt:acme/issuer.example/bob",
    });
  });

  it("leaves the keys that it gave last good for a day", async () => {
    vi.useFakeTimers({ toFake: ["Date", "performance"] });
    await tokens.verify(await issuer.token());
    issuer.state.status = 503;
    const later = async (elapsedMs: number) => {
      vi.advanceTimersByTime(elapsedMs);
      return refusal(await issuer.token());
    };
    expect(await later(DAY_MS - 1_000)).toMatchObject({ keyId: "jwt:acme/issuer.example/alice" });
    expect(await later(2_000)).toMatchObject({ code: "issuer_unreachable" });
  });

  it("ends a withdrawn key once it is back", async () => {
    vi.useFakeTimers({ toFake: ["Date", "performance"] });
    await tokens.verify(await issuer.token());
    issuer.state.status = 503;
    vi.advanceTimersByTime(601_000);
    expect(await refusal(await issuer.token())).toMatchObject({ keyId: "jwt:acme/issuer.example/alice" });
    Object.assign(issuer.state, { status: 200, kid: "key-2" });
    vi.advanceTimersByTime(1_000);
    await vi.waitFor(async () =>
      expect(await refusal(await issuer.token({ sub: "bob" }))).toMatchObject({ code: "invalid_token" }),
    );
  });

  // Who waits does so for the five seconds that an issuer may take.
  it("makes nobody wait for it once it is known to be away", { timeout: 3_000 }, async () => {
    vi.useFakeTimers({ toFake: ["Date", "performance"] });
    await tokens.verify(await issuer.token());
    issuer.state.status = 503;
    vi.advanceTimersByTime(601_000);
    await refusal(await issuer.token());
    vi.advanceTimersByTime(1_000);
    const answer = Promise.withResolvers<void>();
    issuer.state.mayAnswer = answer.promise;
    expect(await refusal(await issuer.token({ sub: "bob" }))).toMatchObject({
      keyId: "jwt:acme/issuer.example/bob",
    });
    answer.resolve();
  });

  it("is not asked again for keys at hand when another part of the configuration changes", async () => {
    await tokens.verify(await issuer.token());
    tokens.configure([{ ...issuer.config, audience: AUDIENCE }]);
    issuer.state.status = 503;
    expect(await refusal(await issuer.token())).toMatchObject({ keyId: "jwt:acme/issuer.example/alice" });
    tokens.configure([{ ...issuer.config, jwksUrl: `${issuer.config.jwksUrl}/moved` }]);
    expect(await refusal(await issuer.token())).toMatchObject({ code: "issuer_unreachable" });
  });

  it("may refuse the connection", async () => {
    const gone = await startTokenIssuer();
    const token = await gone.token();
    await gone.close();
    expect(await refusal(token, new TokenVerifier([gone.config]))).toMatchObject({
      code: "issuer_unreachable",
    });
  });
});
