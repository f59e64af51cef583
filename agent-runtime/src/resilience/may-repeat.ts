import type { Failed } from "./attempt.ts";
import type { UpstreamCall } from "./upstream-call.ts";

/**
 * Whether a request may be sent again, to the same model or another one, without the risk that it is done and paid for
 * twice: money is reserved for one attempt. A POST is not repeated once it was sent, unless an error came back; one that
 * starts work that goes on not even after a server error, which may have come too late.
 */
export function mayRepeat(
  { method, startsWork }: Pick<UpstreamCall, "method" | "startsWork">,
  { fate, failure }: Pick<Failed, "fate" | "failure">,
): boolean {
  if (method !== "POST") return true;
  switch (fate) {
    case "not_sent":
      return true;
    case "unknown":
      return false;
    case "refused":
      return startsWork !== true || failure === "rate_limit" || failure === "overloaded";
  }
}
