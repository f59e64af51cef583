import { createHash } from "node:crypto";
import { HEADERS } from "../contract.ts";
import { GatewayError } from "../errors.ts";
import { isForwarded } from "../gateway/forwarded-headers.ts";

type HeaderValue = string | string[] | undefined;

/** What decides about a cached answer. */
export interface CacheableRequest {
  readonly tenant: string;
  /** Bounded agent type. */
  readonly agent: string;
  readonly model: string;
  /** With the query, as it goes upstream. */
  readonly path: string;
  readonly headers: Readonly<Record<string, HeaderValue>>;
  /** Exactly as the caller sent it. */
  readonly body: Buffer;
  readonly streams: boolean;
  /** Tools that run at the upstream may have effects, and what they find changes. */
  readonly usesServerTools: boolean;
}

/** `use` takes an answer that is there, `refresh` replaces it by a new one. */
export type CacheMode = "use" | "refresh" | "off";

/**
 * What the caller wants; without a header, what the configuration says for its agent type.
 *
 * @throws {GatewayError} `invalid_request` for another value than `use`, `refresh` and `off`.
 */
export function cacheMode(header: HeaderValue, isOnForAgent: boolean): CacheMode {
  switch (header) {
    case undefined:
      return isOnForAgent ? "use" : "off";
    case "use":
    case "refresh":
    case "off":
      return header;
    default:
      throw new GatewayError("invalid_request", `${HEADERS.cache}: must be use, refresh or off.`);
  }
}

/**
 * Key of a request's answer: the names by which operators invalidate, then a SHA-256 over all that the answer depends on.
 * The tenant is in both, so that no tenant can meet another's answer.
 */
export function cacheKey({ tenant, agent, model, path, headers, body }: CacheableRequest): string {
  const hash = createHash("sha256")
    // JSON keeps the parts apart: no two lists of them give the same text.
    .update(JSON.stringify([tenant, path, forwarded(headers)]))
    .update("\n")
    .update(body)
    .digest("hex");
  return `${prefixOf([tenant, model, agent])}${hash}`;
}

/** All that the upstream sees of a request besides path and body. */
const forwarded = (headers: CacheableRequest["headers"]) =>
  Object.entries(headers)
    .filter(([name]) => isForwarded(name))
    .sort(([a], [b]) => (a < b ? -1 : 1));

const PARTS = ["tenant", "model", "agent"] as const;

/**
 * The glob for the keys that a pattern of operators means: tenant, model and agent type, separated by `/`, each with `*`
 * for any characters. What is left out at the end is any: `acme`, `acme/claude-opus-*`.
 *
 * @throws {GatewayError} `invalid_request` when the pattern has more parts.
 */
export function keyPattern(pattern: string): string {
  const parts = pattern.split("/");
  if (parts.length > PARTS.length) {
    throw new GatewayError("invalid_request", `A pattern of responses has the form ${PARTS.join("/")}.`);
  }
  return `${prefixOf(PARTS.map((_part, index) => parts[index] ?? "*"))}*`;
}

/** Encoded names hold neither `/` nor `=`, so that a `*` cannot reach from one part into the next unseen. */
function prefixOf(names: readonly string[]): string {
  return PARTS.map(
    (part, index) => `${part}=${encodeURIComponent((names[index] ?? "").toWellFormed())}/`,
  ).join("");
}
