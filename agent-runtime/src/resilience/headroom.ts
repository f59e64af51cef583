import type { GaugeChild } from "../metrics/registry.ts";
import type { UpstreamHeadroomMetrics } from "../metrics/upstream-headroom.ts";

type Headers = Readonly<Record<string, string | string[] | undefined>>;

/** The upstream limits models by class. */
export type ModelClass = "opus" | "sonnet" | "haiku" | "other";

const KINDS = ["requests", "input_tokens", "output_tokens", "tokens"] as const;

/** Below this part of a limit callers are slowed. */
const SLOW_BELOW = 0.1;
const MAX_DELAY_MS = 1_000;

/** How long a reading counts whose reset time is not known. */
const READING_VALID_MS = 60_000;

export function modelClassOf(model: string): ModelClass {
  if (model.includes("sonnet")) return "sonnet";
  if (model.includes("opus")) return "opus";
  return model.includes("haiku") ? "haiku" : "other";
}

/** One limit of one model class, as the last answer said. */
interface Reading {
  readonly limitHeader: string;
  readonly remainingHeader: string;
  readonly resetHeader: string;
  readonly gauge: GaugeChild;
  ratio: number;
  readAtMs: number;
  resetAt: string | undefined;
}

interface HeadroomOptions {
  readonly metrics: UpstreamHeadroomMetrics;
  /** Monotonic. */
  readonly nowMs?: () => number;
  /** Wall clock, which reset times are compared with. */
  readonly wallClockMs?: () => number;
}

/** What is left of the upstream's rate limits, by model class, and how much callers are slowed before the wall. */
export class Headroom {
  readonly #nowMs: () => number;
  readonly #wallClockMs: () => number;
  readonly #readings: Readonly<Record<ModelClass, readonly Reading[]>>;

  constructor({ metrics, nowMs, wallClockMs }: HeadroomOptions) {
    this.#nowMs = nowMs ?? (() => performance.now());
    this.#wallClockMs = wallClockMs ?? Date.now;
    const readingsOf = (modelClass: ModelClass) =>
      KINDS.map((kind) => emptyReading(modelClass, kind, metrics));
    this.#readings = {
      opus: readingsOf("opus"),
      sonnet: readingsOf("sonnet"),
      haiku: readingsOf("haiku"),
      other: readingsOf("other"),
    };
  }

  /** Takes what an answer says in its `anthropic-ratelimit-*` headers. */
  observe(modelClass: ModelClass, headers: Headers): void {
    for (const reading of this.#readings[modelClass]) {
      const remaining = headers[reading.remainingHeader];
      if (remaining === undefined) continue;
      const ratio = Number(remaining) / Number(headers[reading.limitHeader]);
      if (!(ratio >= 0 && ratio <= 1)) continue;
      const reset = headers[reading.resetHeader];
      reading.ratio = ratio;
      reading.readAtMs = this.#nowMs();
      reading.resetAt = typeof reset === "string" ? reset : undefined;
      reading.gauge.set(ratio);
    }
  }

  /** How long a caller waits before its call: nothing above 10 % of every limit, up to 1 s at none, never past its reset. */
  delayMs(modelClass: ModelClass): number {
    let delayMs = 0;
    for (const reading of this.#readings[modelClass]) {
      if (reading.ratio < SLOW_BELOW) delayMs = Math.max(delayMs, this.#delayFor(reading));
    }
    return delayMs;
  }

  #delayFor({ ratio, readAtMs, resetAt }: Reading): number {
    const validForMs = readAtMs + READING_VALID_MS - this.#nowMs();
    const untilResetMs = resetAt === undefined ? validForMs : Date.parse(resetAt) - this.#wallClockMs();
    // A reset time that cannot be read is no reason to slow anyone.
    const boundMs = Number.isNaN(untilResetMs) ? 0 : Math.min(untilResetMs, validForMs);
    return Math.max(0, Math.min(MAX_DELAY_MS * (1 - ratio / SLOW_BELOW), boundMs));
  }
}

function emptyReading(
  modelClass: ModelClass,
  kind: (typeof KINDS)[number],
  metrics: UpstreamHeadroomMetrics,
): Reading {
  const prefix = `anthropic-ratelimit-${kind.replace("_", "-")}`;
  return {
    limitHeader: `${prefix}-limit`,
    remainingHeader: `${prefix}-remaining`,
    resetHeader: `${prefix}-reset`,
    gauge: metrics.ratioOf(modelClass, kind),
    ratio: 1,
    readAtMs: 0,
    resetAt: undefined,
  };
}
