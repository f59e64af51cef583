const SLOT_MS = 1_000;

interface RetryBudgetOptions {
  /** How many retries there may be for each call. */
  readonly ratio?: number;
  /** Retries that are always allowed within the window, so that single failures of little traffic are retried. */
  readonly floor?: number;
  readonly windowSeconds?: number;
  /** Monotonic. */
  readonly nowMs?: () => number;
}

/**
 * Bounds retries to a part of the traffic of the last seconds (10 % of 10 seconds, at least 3), over all models of this
 * process. When everything fails, the upstream sees hardly more calls than if nobody retried.
 */
export class RetryBudget {
  readonly #ratio: number;
  readonly #floor: number;
  readonly #nowMs: () => number;
  readonly #calls: number[];
  readonly #retries: number[];
  #callsInWindow = 0;
  #retriesInWindow = 0;
  #second: number;

  constructor({ ratio = 0.1, floor = 3, windowSeconds = 10, nowMs }: RetryBudgetOptions = {}) {
    this.#ratio = ratio;
    this.#floor = floor;
    this.#nowMs = nowMs ?? (() => performance.now());
    this.#calls = new Array<number>(windowSeconds).fill(0);
    this.#retries = new Array<number>(windowSeconds).fill(0);
    this.#second = Math.floor(this.#nowMs() / SLOT_MS);
  }

  /** Counts a call, whatever becomes of it. */
  countCall(): void {
    const slot = this.#slotOfNow();
    this.#calls[slot] = (this.#calls[slot] ?? 0) + 1;
    this.#callsInWindow += 1;
  }

  /** Takes one retry. @returns whether there was one left. */
  tryTake(): boolean {
    const slot = this.#slotOfNow();
    if (this.#retriesInWindow >= Math.max(this.#floor, this.#ratio * this.#callsInWindow)) return false;
    this.#retries[slot] = (this.#retries[slot] ?? 0) + 1;
    this.#retriesInWindow += 1;
    return true;
  }

  #slotOfNow(): number {
    const now = Math.floor(this.#nowMs() / SLOT_MS);
    const slots = this.#calls.length;
    const passed = Math.min(now - this.#second, slots);
    for (let step = 1; step <= passed; step += 1) this.#empty((this.#second + step) % slots);
    this.#second = now;
    return now % slots;
  }

  #empty(slot: number): void {
    this.#callsInWindow -= this.#calls[slot] ?? 0;
    this.#retriesInWindow -= this.#retries[slot] ?? 0;
    this.#calls[slot] = 0;
    this.#retries[slot] = 0;
  }
}
