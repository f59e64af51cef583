import type { JWTVerifyGetKey } from "jose";
import { GatewayError } from "../errors.ts";

/** How long an issuer may take to give its keys. */
const FETCH_TIMEOUT_MS = 5_000;

/** Keys are fetched again after this time, so that a withdrawn one ends. */
const KEYS_MAX_AGE_MS = 600_000;

/** While they cannot be fetched, keys are good for this long: an issuer's outage must not lock out all of its callers. */
const KEYS_MAX_STALE_MS = 86_400_000;

/** A key that is not among them has them fetched again, at most this often: anyone can name a key that does not exist. */
const UNKNOWN_KEY_COOLDOWN_MS = 30_000;

/** After a failed fetch the next is not tried before: every token would else cost one while the issuer is away. */
const FAILURE_COOLDOWN_MS = 1_000;

/**
 * The keys of a token issuer, fetched when first needed and again after ten minutes. While the issuer is away the keys
 * that were fetched last stay good, until they are 24 h old. A key that was withdrawn meanwhile works for as long.
 *
 * @returns finds the key of a token; fails with a `GatewayError` `issuer_unreachable` that names the issuer when it needs
 * keys that cannot be fetched, or cannot use them. The cause is kept for the log.
 */
export async function openIssuerKeys(issuer: string, jwksUrl: string): Promise<JWTVerifyGetKey> {
  const { createRemoteJWKSet, errors } = await import("jose");
  const keys = createRemoteJWKSet(new URL(jwksUrl), {
    timeoutDuration: FETCH_TIMEOUT_MS,
    cacheMaxAge: KEYS_MAX_STALE_MS,
    // For an unknown key, too, they are fetched below alone, where a failure is remembered.
    cooldownDuration: Number.POSITIVE_INFINITY,
  });
  const fetch = createFetch(issuer, () => keys.reload());

  return async (header, token) => {
    if (!keys.fresh) await fetch.orThrow();
    else if (fetch.ageMs() >= KEYS_MAX_AGE_MS) await fetch.orKeep();
    try {
      return await keys(header, token);
    } catch (fault) {
      const isOfKeys = !(fault instanceof errors.JOSEError) || fault instanceof errors.JWKSInvalid;
      if (isOfKeys) throw unreachable(issuer, fault);
      if (!(fault instanceof errors.JWKSNoMatchingKey)) throw fault;
      if (fetch.ageMs() < UNKNOWN_KEY_COOLDOWN_MS) throw fault;
    }
    await fetch.orThrow();
    return await keys(header, token);
  };
}

/** Fetching, with what became of it the last time. */
function createFetch(issuer: string, reload: () => Promise<void>) {
  let fetchedAtMs = Number.NEGATIVE_INFINITY;
  let failure: { readonly error: GatewayError; readonly atMs: number } | undefined;

  async function orThrow(): Promise<void> {
    if (failure !== undefined && performance.now() - failure.atMs < FAILURE_COOLDOWN_MS) throw failure.error;
    try {
      await reload();
    } catch (fault) {
      failure = { error: unreachable(issuer, fault), atMs: performance.now() };
      throw failure.error;
    }
    fetchedAtMs = Date.now();
    failure = undefined;
  }

  return {
    ageMs: () => Date.now() - fetchedAtMs,
    orThrow,
    /** Once it is known to be away, nobody waits for an issuer whose keys are at hand. */
    async orKeep(): Promise<void> {
      const isKnownAway = failure !== undefined;
      const attempt = orThrow().catch(() => undefined);
      if (!isKnownAway) await attempt;
    },
  };
}

function unreachable(issuer: string, cause: unknown): GatewayError {
  return new GatewayError("issuer_unreachable", `The issuer is ${issuer}.`, {
    cause,
    headers: { "retry-after": "1" },
  });
}
