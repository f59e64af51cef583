import { createHash, timingSafeEqual } from "node:crypto";
import type { IncomingHttpHeaders } from "node:http";
import { GatewayError } from "../errors.ts";

const BEARER = /^Bearer +(\S+)$/i;

/**
 * A check that a request presents the gateway's key, as `x-api-key` or as `authorization: Bearer`.
 * The key itself is never kept, only its SHA-256, and comparing digests takes the same time whatever was sent.
 *
 * @throws {GatewayError} `missing_key` or `invalid_key`, from the returned function.
 */
export function createGatewayKeyCheck(keySha256: string): (headers: IncomingHttpHeaders) => void {
  const expected = Buffer.from(keySha256, "hex");
  return (headers) => {
    const presented = presentedKey(headers);
    if (presented === undefined) throw new GatewayError("missing_key");
    const digest = createHash("sha256").update(presented).digest();
    if (!timingSafeEqual(digest, expected)) throw new GatewayError("invalid_key");
  };
}

function presentedKey(headers: IncomingHttpHeaders): string | undefined {
  const apiKey = headers["x-api-key"];
  if (typeof apiKey === "string" && apiKey !== "") return apiKey;
  return BEARER.exec(headers.authorization ?? "")?.[1];
}
