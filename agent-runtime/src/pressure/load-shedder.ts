import { GatewayError } from "../errors.ts";
import type { ShedMetrics } from "../metrics/shed.ts";

const SAMPLE_MS = 250;
const TICK_MS = 50;

/** An event loop that is later than this is overloaded. A turn of it takes a few milliseconds under full load. */
const MAX_LAG_MS = 250;

/** Below this it has ended; between the two nothing changes, so that shedding does not flicker. */
const CALM_LAG_MS = 100;

/** One long pause is over when it is measured, and refusing requests after it helps nobody: it takes two in a row. */
const SAMPLES_TO_SHED = 2;
const SAMPLES_TO_STOP = 4;

const RETRY_AFTER_SECONDS = 1;

/** How late the event loop is. */
export interface LagMeter {
  /** The longest delay since the last reading, in milliseconds. */
  read(): number;
  stop(): void;
}

interface LoadShedderOptions {
  readonly metrics: ShedMetrics;
  /** Told when shedding begins and ends. */
  readonly onChange?: (isShedding: boolean, lagMs: number) => void;
  readonly meter?: LagMeter;
}

/**
 * Refuses requests early while the event loop cannot keep up, so that those under way still finish in time. Measures four
 * times a second, away from the requests, until stopped.
 */
export class LoadShedder {
  readonly #metrics: ShedMetrics;
  readonly #onChange: (isShedding: boolean, lagMs: number) => void;
  readonly #meter: LagMeter;
  readonly #timer: NodeJS.Timeout;
  #isShedding = false;
  #lagMs = 0;
  /** Samples in a row that speak for a change. */
  #inFavour = 0;

  constructor({ metrics, onChange, meter }: LoadShedderOptions) {
    this.#metrics = metrics;
    this.#onChange = onChange ?? (() => undefined);
    this.#meter = meter ?? startLagMeter();
    this.#timer = setInterval(() => this.#sample(), SAMPLE_MS).unref();
  }

  get isShedding(): boolean {
    return this.#isShedding;
  }

  /** 99th percentile of the event loop's delay over the last sample, in milliseconds. */
  get lagMs(): number {
    return this.#lagMs;
  }

  /** @throws {GatewayError} `overloaded`, with a short `retry-after`, while shedding. */
  admit(): void {
    if (!this.#isShedding) return;
    this.#metrics.shed("event_loop");
    throw new GatewayError(
      "overloaded",
      `Its event loop is late by more than ${MAX_LAG_MS} ms, or was a moment ago.`,
      { headers: { "retry-after": String(RETRY_AFTER_SECONDS) } },
    );
  }

  stop(): void {
    clearInterval(this.#timer);
    this.#meter.stop();
  }

  #sample(): void {
    this.#lagMs = this.#meter.read();
    const speaksForChange = this.#isShedding ? this.#lagMs < CALM_LAG_MS : this.#lagMs > MAX_LAG_MS;
    this.#inFavour = speaksForChange ? this.#inFavour + 1 : 0;
    if (this.#inFavour < (this.#isShedding ? SAMPLES_TO_STOP : SAMPLES_TO_SHED)) return;
    this.#isShedding = !this.#isShedding;
    this.#inFavour = 0;
    this.#onChange(this.#isShedding, this.#lagMs);
  }
}

/**
 * Measures how late a timer is. Node's own histogram of this delay cannot be read often: after a reset it records nothing
 * until its second tick, and in a loop that is blocked for longer than a sample there is only one.
 */
function startLagMeter(): LagMeter {
  let worstMs = 0;
  let lastTickMs = performance.now();
  const timer = setInterval(() => {
    const nowMs = performance.now();
    worstMs = Math.max(worstMs, nowMs - lastTickMs - TICK_MS);
    lastTickMs = nowMs;
  }, TICK_MS).unref();
  return {
    read() {
      const lagMs = worstMs;
      worstMs = 0;
      return lagMs;
    },
    stop: () => clearInterval(timer),
  };
}
