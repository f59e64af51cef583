/**
 * Headers of a caller that name another account than the gateway's, tell limits, or turn the upstream's own safeguards
 * off: for whoever holds the upstream's key to send, not for those who use it through the gateway.
 */
const KEPT_BACK = /^anthropic-(organization|ratelimit|dangerous)/;

/**
 * Whether the upstream may see a header of the caller: those of the API, also ones that this build does not know, and the
 * type of the body. The caller's key is not among them.
 *
 * @param name in lower case.
 */
export function isForwarded(name: string): boolean {
  if (name.startsWith("anthropic-")) return !KEPT_BACK.test(name);
  return name === "content-type";
}
