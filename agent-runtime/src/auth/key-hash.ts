import { createHmac, createSecretKey, hkdfSync, type KeyObject } from "node:crypto";

/** Binds the derived secret to this use of it. */
const PURPOSE = "claude-agents: hash of API keys, version 1";

interface KeyHashSecrets {
  /** `KEY_HASH_SECRET`. Absent: a secret is derived from the next. */
  readonly keyHashSecret?: string;
  /** `GATEWAY_KEY_SHA256`, in hexadecimal. */
  readonly gatewayKeySha256: readonly string[];
}

/** Turns a key into what is stored of it. */
export type KeyHash = (key: string) => Buffer;

/**
 * HMAC-SHA256 of a key (RFC 2104), under `KEY_HASH_SECRET`, or under a secret that HKDF-SHA256 (RFC 5869) derives from
 * the first of `GATEWAY_KEY_SHA256`. Who reads the store cannot test guesses without that secret. Keys have 256 random bits, so a slow
 * hash would add nothing.
 */
export function createKeyHash(secrets: KeyHashSecrets): KeyHash {
  const secret = secretOf(secrets);
  return (key) => createHmac("sha256", secret).update(key).digest();
}

function secretOf({ keyHashSecret, gatewayKeySha256: [first = ""] }: KeyHashSecrets): KeyObject {
  if (keyHashSecret !== undefined) return createSecretKey(keyHashSecret, "utf8");
  const derived = hkdfSync("sha256", Buffer.from(first, "hex"), "", PURPOSE, 32);
  return createSecretKey(Buffer.from(derived));
}
