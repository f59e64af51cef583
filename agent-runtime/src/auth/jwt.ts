import { hash } from "node:crypto";
import type { JWTPayload, JWTVerifyGetKey } from "jose";
import { LRUCache } from "lru-cache";
import { z } from "zod";
import type { GatewayConfig } from "../config/gateway-config.ts";
import { GatewayError } from "../errors.ts";
import type { Identity } from "./identity.ts";
import { openIssuerKeys } from "./issuer-keys.ts";
import { rolesSchema, tenantSchema } from "./names.ts";

/** A token issuer that is trusted for every tenant and role it names. */
type IssuerConfig = GatewayConfig["identity"]["jwt"][number];

/** Asymmetric ones alone: with a shared secret, whoever can check a token can make one. */
const ALGORITHMS = [
  ...["RS256", "RS384", "RS512", "PS256", "PS384", "PS512"],
  ...["ES256", "ES384", "ES512", "EdDSA", "Ed25519"],
];

const CLOCK_TOLERANCE_SECONDS = 30;

/** How long a verified token is believed: as long as keys are, so that a withdrawn key ends its tokens too. */
const MAX_BELIEF_MS = 600_000;
const MAX_BELIEVED_TOKENS = 10_000;

const TOKEN = /^[\w-]+\.[\w-]+\.[\w-]+$/;

/** What is in logs and in keys of the store. */
const subjectSchema = z.string().regex(/^[\x21-\x7e]{1,128}$/);

interface Issuer {
  readonly config: IssuerConfig;
  keys?: Promise<JWTVerifyGetKey>;
}

interface Belief {
  readonly identity: Identity;
  readonly untilMs: number;
}

/**
 * Verifies JSON Web Tokens of the configured issuers (RFC 7519, RFC 8725): issuer, audience and asymmetric algorithms
 * pinned, 30 s of clock tolerance, an end (`exp`) required. The identity's key id is `jwt:`, tenant, issuer and subject, so
 * that no subject can pass for an API key, nor for the same subject of another issuer or tenant. While an issuer is away, tokens of the keys that it gave last are taken for 24 h.
 */
export class TokenVerifier {
  readonly #issuers = new Map<string, Issuer>();
  /** By the SHA-256 of the token, never by the token itself. */
  readonly #believed = new LRUCache<string, Belief>({ max: MAX_BELIEVED_TOKENS });

  constructor(issuers: readonly IssuerConfig[]) {
    this.configure(issuers);
  }

  /** Replaces the issuers. What was verified before is verified again, with the keys at hand of an issuer that stays. */
  configure(issuers: readonly IssuerConfig[]): void {
    const before = new Map(this.#issuers);
    this.#issuers.clear();
    this.#believed.clear();
    for (const config of issuers) {
      const known = before.get(config.issuer);
      const keys = known?.config.jwksUrl === config.jwksUrl ? known.keys : undefined;
      this.#issuers.set(config.issuer, keys === undefined ? { config } : { config, keys });
    }
  }

  /** Whether what a caller presents is to be verified here: it has the form of a token, and there are issuers. */
  takes(presented: string): boolean {
    return this.#issuers.size > 0 && TOKEN.test(presented);
  }

  /**
   * Who holds this token; at once when it was verified before.
   *
   * @throws {GatewayError} `invalid_token`; `issuer_unreachable` when the issuer's keys are needed and cannot be fetched.
   * Thrown or rejected.
   */
  verify(token: string): Identity | Promise<Identity> {
    const digest = hash("sha256", token, "base64url");
    const belief = this.#believed.get(digest);
    return belief !== undefined && Date.now() < belief.untilMs
      ? belief.identity
      : this.#verifyNew(token, digest);
  }

  async #verifyNew(token: string, digest: string): Promise<Identity> {
    const issuer = this.#issuers.get(claimedIssuer(token) ?? "");
    if (issuer === undefined)
      throw new GatewayError("invalid_token", "Its issuer is not one of this gateway's.");
    const payload = await checkToken(token, issuer);
    const identity = toIdentity(payload, issuer.config);
    const endMs = (payload.exp + CLOCK_TOLERANCE_SECONDS) * 1000;
    // Its issuer may have been taken out meanwhile.
    if (this.#issuers.get(issuer.config.issuer) === issuer) {
      this.#believed.set(digest, { identity, untilMs: Math.min(endMs, Date.now() + MAX_BELIEF_MS) });
    }
    return identity;
  }
}

const claimedIssuerSchema = z.object({ iss: z.string() });

/** Which issuer's keys to try. Nothing is believed yet. */
function claimedIssuer(token: string): string | undefined {
  try {
    const payload: unknown = JSON.parse(Buffer.from(token.split(".")[1] ?? "", "base64url").toString());
    return claimedIssuerSchema.safeParse(payload).data?.iss;
  } catch {
    return undefined;
  }
}

async function checkToken(token: string, issuer: Issuer): Promise<JWTPayload & { exp: number }> {
  const { jwtVerify, errors } = await import("jose");
  const { issuer: name, audience, jwksUrl } = issuer.config;
  issuer.keys ??= openIssuerKeys(name, jwksUrl);
  try {
    const { payload } = await jwtVerify(token, await issuer.keys, {
      issuer: name,
      audience,
      algorithms: ALGORITHMS,
      clockTolerance: CLOCK_TOLERANCE_SECONDS,
      requiredClaims: ["exp", "sub"],
    });
    return { ...payload, exp: payload.exp ?? 0 };
  } catch (fault) {
    if (fault instanceof GatewayError) throw fault;
    if (fault instanceof errors.JWTExpired) throw new GatewayError("invalid_token", "It has expired.");
    const isClaim = fault instanceof errors.JWTClaimValidationFailed;
    const detail = isClaim
      ? `Its claim ${JSON.stringify(fault.claim)} is missing or not as it must be.`
      : undefined;
    throw new GatewayError("invalid_token", detail, { cause: fault });
  }
}

function toIdentity(payload: JWTPayload, { issuer, tenantClaim, rolesClaim }: IssuerConfig): Identity {
  const roles = payload[rolesClaim] ?? [];
  const tenant = claim(tenantSchema, tenantClaim, payload[tenantClaim]);
  return {
    tenant,
    keyId: `jwt:${tenant}/${nameOf(issuer)}/${claim(subjectSchema, "sub", payload.sub)}`,
    // OAuth lists scopes in one string (RFC 6749, section 3.3); some issuers do so with roles.
    roles: claim(
      rolesSchema,
      rolesClaim,
      typeof roles === "string" ? roles.split(" ").filter(Boolean) : roles,
    ),
    provider: "jwt",
  };
}

/** Without `/`, so that the parts of a key id stay apart. */
const nameOf = (issuer: string) => encodeURIComponent(issuer.replace(/^https:\/\//, ""));

function claim<T>(schema: z.ZodType<T>, name: string, value: unknown): T {
  const parsed = schema.safeParse(value);
  if (parsed.success) return parsed.data;
  throw new GatewayError(
    "invalid_token",
    `Its claim ${JSON.stringify(name)} is missing or not as it must be.`,
  );
}
