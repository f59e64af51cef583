import { totalmem } from "node:os";
import { getHeapStatistics } from "node:v8";
import type { MemoryKind, MemoryUsedMetrics } from "../metrics/memory-used.ts";

const SAMPLE_MS = 1_000;

/** How far back the trend looks, in samples. */
const TREND_SAMPLES = 300;

const WARN_AT = 0.8;
/** A warning is given again only after use fell below this. */
const CALM_BELOW = 0.75;
const EXHAUSTED_AT = 0.92;

/** Garbage that the next collection frees lets the heap look full for a moment. */
const SAMPLES_TO_EXHAUST = 3;

/** Memory of this process now, in bytes. */
export interface MemoryReading {
  readonly heapBytes: number;
  readonly heapLimitBytes: number;
  readonly rssBytes: number;
  /** What the container may use, or the machine has. */
  readonly rssLimitBytes: number;
}

/** How much of which limit is used, and how fast that changes. */
export interface MemoryPressure {
  readonly kind: MemoryKind;
  readonly usedRatio: number;
  /** Over up to five minutes; negative when memory is given back. */
  readonly growthPerMinute: number;
}

interface MemoryGuardOptions {
  readonly metrics: MemoryUsedMetrics;
  /** Use passed 80 %. Called once until it has fallen below 75 %. */
  readonly onWarning: (pressure: MemoryPressure) => void;
  /** Use stayed above 92 %: time to drain and end, before the kernel kills the process. Called once. */
  readonly onExhausted: (pressure: MemoryPressure) => void;
  readonly read?: () => MemoryReading;
}

/** Watches heap and resident memory against their limits, once a second until stopped. */
export class MemoryGuard {
  readonly #options: MemoryGuardOptions;
  readonly #read: () => MemoryReading;
  readonly #timer: NodeJS.Timeout;
  readonly #heap = new UseOfLimit("heap");
  readonly #rss = new UseOfLimit("rss");
  #isExhausted = false;

  constructor(options: MemoryGuardOptions) {
    this.#options = options;
    this.#read = options.read ?? readMemory;
    this.#timer = setInterval(() => this.#sample(), SAMPLE_MS).unref();
  }

  stop(): void {
    clearInterval(this.#timer);
  }

  #sample(): void {
    const { heapBytes, heapLimitBytes, rssBytes, rssLimitBytes } = this.#read();
    this.#judge(this.#heap, heapBytes / heapLimitBytes);
    this.#judge(this.#rss, rssBytes / rssLimitBytes);
  }

  #judge(use: UseOfLimit, usedRatio: number): void {
    const { metrics, onWarning, onExhausted } = this.#options;
    metrics.used(use.kind, usedRatio);
    const pressure = use.take(usedRatio);
    if (use.beginsEpisode) onWarning(pressure);
    if (!use.isExhausted || this.#isExhausted) return;
    this.#isExhausted = true;
    onExhausted(pressure);
  }
}

/** One limit and the recent use of it. */
class UseOfLimit {
  readonly kind: MemoryKind;
  readonly #ratios: number[] = [];
  #isInEpisode = false;
  #samplesAboveLimit = 0;
  /** Whether the last sample was the first one of an episode. */
  beginsEpisode = false;

  constructor(kind: MemoryKind) {
    this.kind = kind;
  }

  get isExhausted(): boolean {
    return this.#samplesAboveLimit >= SAMPLES_TO_EXHAUST;
  }

  take(usedRatio: number): MemoryPressure {
    this.#ratios.push(usedRatio);
    if (this.#ratios.length > TREND_SAMPLES) this.#ratios.shift();
    this.beginsEpisode = !this.#isInEpisode && usedRatio >= WARN_AT;
    this.#isInEpisode = usedRatio >= (this.#isInEpisode ? CALM_BELOW : WARN_AT);
    this.#samplesAboveLimit = usedRatio >= EXHAUSTED_AT ? this.#samplesAboveLimit + 1 : 0;
    return { kind: this.kind, usedRatio, growthPerMinute: this.#growthPerMinute() };
  }

  #growthPerMinute(): number {
    const [first = 0] = this.#ratios;
    const last = this.#ratios.at(-1) ?? first;
    const minutes = ((this.#ratios.length - 1) * SAMPLE_MS) / 60_000;
    return minutes === 0 ? 0 : (last - first) / minutes;
  }
}

function readMemory(): MemoryReading {
  const { used_heap_size: heapBytes, heap_size_limit: heapLimitBytes } = getHeapStatistics();
  return { heapBytes, heapLimitBytes, rssBytes: process.memoryUsage.rss(), rssLimitBytes: RSS_LIMIT_BYTES };
}

/** The limit of the control group (version 1 or 2), which does not change while the process runs; without one, all memory. */
export const RSS_LIMIT_BYTES = Math.min(process.constrainedMemory() || totalmem(), totalmem());
