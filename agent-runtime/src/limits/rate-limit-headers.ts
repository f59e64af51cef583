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
  for (let index = 0; index < buckets.length; index += 1) {
    const meter = meters[index];
    const bucket = buckets[index];
    const state = states[index];
    if (meter === undefined || bucket === undefined || state === undefined) continue;
    if (hasNearer(index, state.remaining / bucket.capacity, buckets, meters, states)) continue;
    headers[`${PREFIX}-${meter}-limit`] = String(Math.floor(bucket.capacity));
    headers[`${PREFIX}-${meter}-remaining`] = String(Math.max(0, Math.floor(state.remaining)));
    headers[`${PREFIX}-${meter}-reset`] = toIso(nowMs + state.fullInMs);
  }
  return headers;
}

/** Whether another bucket of the same meter has less left; of equals the first is told. */
function hasNearer(
  index: number,
  left: number,
  buckets: readonly BucketCharge[],
  meters: readonly Meter[],
  states: readonly BucketState[],
): boolean {
  for (let other = 0; other < buckets.length; other += 1) {
    if (other === index || meters[other] !== meters[index]) continue;
    const otherLeft = (states[other]?.remaining ?? 0) / (buckets[other]?.capacity ?? 1);
    if (otherLeft < left || (otherLeft === left && other < index)) return true;
  }
  return false;
}

/** Most answers of a second tell the same one, and writing a time costs a microsecond. */
let lastSecond = Number.NaN;
let lastIso = "";

/** Whole seconds, rounded up, as the API writes them. */
function toIso(epochMs: number): string {
  const second = Math.ceil(epochMs / 1000);
  if (second !== lastSecond) {
    lastSecond = second;
    lastIso = `${new Date(second * 1000).toISOString().slice(0, 19)}Z`;
  }
  return lastIso;
}
