import { METRICS } from "../contract.ts";
import type { MetricSpec, MetricsRegistry } from "./registry.ts";

const WINDOW_SECONDS = 30;

export const REQUESTS_PER_SECOND = {
  name: METRICS.requestsPerSecond,
  type: "gauge",
  help: `Gateway requests that arrived per second, over the last ${WINDOW_SECONDS} whole seconds.`,
  labels: [],
} as const satisfies MetricSpec;

/** Counts arrivals in one slot per second. Takes a monotonic clock, so that a clock jump cannot distort the rate. */
export class RequestRate {
  readonly #slots = new Array<number>(WINDOW_SECONDS + 1).fill(0);
  readonly #nowMs: () => number;
  #second = 0;

  constructor(nowMs: () => number = () => performance.now()) {
    this.#nowMs = nowMs;
    this.#second = Math.floor(nowMs() / 1000);
  }

  count(): void {
    this.#advance();
    const slot = this.#second % this.#slots.length;
    this.#slots[slot] = (this.#slots[slot] ?? 0) + 1;
  }

  /** Arrivals per second over the window; the second that is still running does not count. */
  perSecond(): number {
    this.#advance();
    const running = this.#slots[this.#second % this.#slots.length] ?? 0;
    const all = this.#slots.reduce((sum, count) => sum + count, 0);
    return (all - running) / WINDOW_SECONDS;
  }

  #advance(): void {
    const now = Math.floor(this.#nowMs() / 1000);
    const steps = Math.min(now - this.#second, this.#slots.length);
    for (let step = 1; step <= steps; step += 1) {
      this.#slots[(this.#second + step) % this.#slots.length] = 0;
    }
    if (steps === this.#slots.length) this.#slots.fill(0);
    this.#second = now;
  }
}

export function createRequestRate(registry: MetricsRegistry): RequestRate {
  const rate = new RequestRate();
  registry.sampledGauge(REQUESTS_PER_SECOND, () => rate.perSecond());
  return rate;
}
