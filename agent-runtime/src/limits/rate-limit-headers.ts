import type { BucketCharge, BucketState } from "../store/ledger.ts";
import type { Meter } from "./charges.ts";

const PREFIX = "anthropic-ratelimit";

/**
 * The caller's own limits, in the headers by which the API tells its own. Where a key and its tenant both have a limit,
 * the one that is nearer to its end is told.
 */
export function rateLimitHeaders(
  buckets: readonly BucketCharge[],
  meters: readonly Meter[],
  states: readonly BucketState[],
  nowMs: number,
): Readonly<Record<string, string>> {
  const headers: Record<string, string> = {};
  const leastLeft = new Map<Meter, number>();
  for (const [index, { capacity }] of buckets.entries()) {
    const meter = meters[index];
    const state = states[index];
    if (meter === undefined || state === undefined) continue;
    const left = state.remaining / capacity;
    if (left >= (leastLeft.get(meter) ?? Number.POSITIVE_INFINITY)) continue;
    leastLeft.set(meter, left);
    headers[`${PREFIX}-${meter}-limit`] = String(Math.floor(capacity));
    headers[`${PREFIX}-${meter}-remaining`] = String(Math.max(0, Math.floor(state.remaining)));
    headers[`${PREFIX}-${meter}-reset`] = new Date(nowMs + state.fullInMs).toISOString();
  }
  return headers;
}
