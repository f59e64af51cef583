import { hash, timingSafeEqual } from "node:crypto";
import type { IncomingHttpHeaders } from "node:http";
import { GatewayError } from "../errors.ts";
import { idOfApiKey } from "./api-key-record.ts";
import type { ApiKeys } from "./api-keys.ts";
import type { Identity } from "./identity.ts";
import type { TokenVerifier } from "./jwt.ts";

/** Who presents a key of `GATEWAY_KEY_SHA256`. */
export const BOOTSTRAP_IDENTITY: Identity = {
  tenant: "default",
  keyId: "bootstrap",
  roles: ["admin"],
  provider: "bootstrap",
};

interface Providers {
  /** `GATEWAY_KEY_SHA256`, in hexadecimal. */
  readonly gatewayKeySha256: readonly string[];
  readonly apiKeys: Pick<ApiKeys, "verify">;
  readonly tokens: Pick<TokenVerifier, "takes" | "verify">;
}

/**
 * Who sends a request; at once unless a token is seen for the first time.
 *
 * @throws {GatewayError} `missing_key`, `invalid_key`, `key_expired`, `key_revoked`, `invalid_token`; while they cannot be
 * checked `store_unavailable` for an API key and `issuer_unreachable` for a token. Thrown, or rejected for a token.
 */
export type Authenticate = (headers: IncomingHttpHeaders) => Identity | Promise<Identity>;

/**
 * Tries the providers in order: the bootstrap key, API keys, tokens. What is presented is taken from `x-api-key`, else
 * from `authorization: Bearer`, as the official SDKs send it. A refusal leaves nothing behind, so that a flood of invalid
 * keys costs microseconds each and no memory.
 */
export function createAuthenticate({ gatewayKeySha256, apiKeys, tokens }: Providers): Authenticate {
  const bootstrapDigests = gatewayKeySha256.map((digest) => Buffer.from(digest, "hex"));
  return (headers) => {
    const presented = presentedKey(headers);
    if (presented === undefined) throw new GatewayError("missing_key");
    // Comparing digests takes the same time whatever was sent.
    const digest = hash("sha256", presented, "buffer");
    if (bootstrapDigests.some((known) => timingSafeEqual(digest, known))) return BOOTSTRAP_IDENTITY;
    const id = idOfApiKey(presented);
    if (id !== undefined) return apiKeys.verify(id, presented);
    if (tokens.takes(presented)) return tokens.verify(presented);
    throw new GatewayError("invalid_key");
  };
}

const BEARER = /^Bearer +(\S+)$/i;

function presentedKey(headers: IncomingHttpHeaders): string | undefined {
  const apiKey = headers["x-api-key"];
  if (typeof apiKey === "string" && apiKey !== "") return apiKey;
  return BEARER.exec(headers.authorization ?? "")?.[1];
}
