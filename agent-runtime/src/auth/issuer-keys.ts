import type { JWTVerifyGetKey } from "jose";
import { GatewayError } from "../errors.ts";

/** How long an issuer may take to give its keys. */
const FETCH_TIMEOUT_MS = 5_000;

/** Keys are fetched again after this time, so that a withdrawn one ends. */
const KEYS_MAX_AGE_MS = 600_000;

/** A key that is not among them has them fetched again, at most this often: anyone can name a key that does not exist. */
const UNKNOWN_KEY_COOLDOWN_MS = 30_000;

/** After a failed fetch the next is not tried before: every token would else cost one while the issuer is away. */
const FAILURE_COOLDOWN_MS = 1_000;

/** What jose says of the issuer; everything else it says is about the token. */
const ISSUER_FAULTS = new Set([
  "ERR_JOSE_GENERIC",
  "ERR_JWKS_TIMEOUT",
  "ERR_JWKS_INVALID",
  "ERR_JWK_INVALID",
]);

/**
 * The keys of a token issuer, fetched when first needed and kept.
 *
 * @returns finds the key of a token; fails with a `GatewayError` `internal` that names the issuer when its keys are needed
 * and cannot be fetched. The cause is kept for the log.
 */
export async function openIssuerKeys(issuer: string, jwksUrl: string): Promise<JWTVerifyGetKey> {
  const { createRemoteJWKSet, errors } = await import("jose");
  const keys = createRemoteJWKSet(new URL(jwksUrl), {
    timeoutDuration: FETCH_TIMEOUT_MS,
    cacheMaxAge: KEYS_MAX_AGE_MS,
    cooldownDuration: UNKNOWN_KEY_COOLDOWN_MS,
  });
  const isAboutToken = (fault: unknown) =>
    fault instanceof errors.JOSEError && !ISSUER_FAULTS.has(fault.code);
  let failure: { readonly error: GatewayError; readonly atMs: number } | undefined;

  return async (header, token) => {
    const isHeldBack = failure !== undefined && performance.now() - failure.atMs < FAILURE_COOLDOWN_MS;
    if (isHeldBack && !keys.fresh) throw failure?.error;
    try {
      return await keys(header, token);
    } catch (fault) {
      if (isAboutToken(fault)) throw fault;
      // Who names an unknown key while the issuer is away must not keep out those whose key is known.
      if (keys.fresh) throw new errors.JWKSNoMatchingKey();
      const detail = `The keys of the token issuer ${issuer} cannot be fetched.`;
      const error = new GatewayError("internal", detail, { cause: fault });
      failure = { error, atMs: performance.now() };
      throw error;
    }
  };
}
