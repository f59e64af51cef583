/** A tenant that was not seen for so long needs no room kept free for it. */
const FORGOTTEN_AFTER_MS = 10 * 60_000;

/**
 * Whether more than one tenant uses this process. Who is alone may take everything; as soon as another one comes, each has
 * its part, and no more, until it has been gone for ten minutes.
 */
export class TenantsAtHand {
  readonly #nowMs: () => number;
  #last: string | undefined;
  /** When a tenant other than the last one was seen last. */
  #otherSeenAtMs = Number.NEGATIVE_INFINITY;
  #lastSeenAtMs = Number.NEGATIVE_INFINITY;

  constructor(nowMs: () => number = () => performance.now()) {
    this.#nowMs = nowMs;
  }

  saw(tenant: string): void {
    if (this.#last !== tenant) {
      this.#otherSeenAtMs = this.#lastSeenAtMs;
      this.#last = tenant;
    }
    this.#lastSeenAtMs = this.#nowMs();
  }

  get areSeveral(): boolean {
    return this.#nowMs() - this.#otherSeenAtMs < FORGOTTEN_AFTER_MS;
  }
}
