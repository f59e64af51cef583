import type { BucketCharge, BucketState } from "../ledger.ts";

/** What refills in this time counts as there: sums of times are not exact. */
const SLACK_MS = 0.001;

/**
 * Token buckets, each kept as the one moment at which it is full again; a full one is not kept. The clock is monotonic,
 * so that a jump of the time of day neither fills nor empties a bucket.
 */
export class TokenBuckets {
  readonly #fullAtMs = new Map<string, number>();
  readonly #nowMs: () => number;

  constructor(nowMs: () => number = () => performance.now()) {
    this.#nowMs = nowMs;
  }

  /** How long until the amount is there; 0 when it is. */
  waitMs(charge: BucketCharge): number {
    const missing = charge.amount - this.#tokens(charge);
    return missing <= 0 ? 0 : (missing / charge.refillPerSecond) * 1000;
  }

  /** Takes tokens, or gives them back when there are fewer than 0. The debt never exceeds one capacity. */
  take(charge: BucketCharge, tokens: number): void {
    const capacityMs = (charge.capacity / charge.refillPerSecond) * 1000;
    const missingMs = this.#missingMs(charge) + (tokens / charge.refillPerSecond) * 1000;
    if (missingMs <= 0) this.#fullAtMs.delete(charge.id);
    else this.#fullAtMs.set(charge.id, this.#nowMs() + Math.min(missingMs, 2 * capacityMs));
  }

  state(charge: BucketCharge): BucketState {
    return {
      remaining: Math.floor(this.#tokens(charge)),
      fullInMs: Math.ceil(this.#missingMs(charge)),
    };
  }

  /** Forgets buckets that are full. */
  sweep(): void {
    const nowMs = this.#nowMs();
    for (const [id, fullAtMs] of this.#fullAtMs) if (fullAtMs <= nowMs) this.#fullAtMs.delete(id);
  }

  #missingMs({ id }: BucketCharge): number {
    return Math.max(0, (this.#fullAtMs.get(id) ?? 0) - this.#nowMs());
  }

  #tokens(charge: BucketCharge): number {
    const missingMs = Math.max(0, this.#missingMs(charge) - SLACK_MS);
    return charge.capacity - (missingMs * charge.refillPerSecond) / 1000;
  }
}
