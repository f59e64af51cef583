import type { ModelCatalogue } from "../gateway/models.ts";
import { createBoundedLabel } from "../metrics/bounded-label.ts";
import type { BreakerMetrics } from "../metrics/breakers.ts";
import { type BreakerState, ModelBreaker, type ModelBreakerOptions } from "./model-breaker.ts";

/** A breaker, as the ops API and `agentctl breakers list` show it. */
export interface BreakerStatus {
  readonly model: string;
  readonly state: BreakerState;
  /** ISO 8601; absent while it is closed. */
  readonly openedAt?: string;
  /** Failures in a row. */
  readonly failures: number;
}

const THRESHOLD = 5;
const OPEN_MS = 60_000;

/** Models that are not in the catalogue and still get a breaker of their own; all others share `other`. */
const MAX_UNKNOWN_MODELS = 32;
const MODEL_NAME = /^claude-[a-z0-9.-]{1,64}$/;

/** What calls that go to no model have in place of its name. */
export const MODELS_LIST = "models";
export const PASSED_THROUGH = "pass-through";

const GAUGE_VALUES: Readonly<Record<BreakerState, number>> = { closed: 0, "half-open": 1, open: 2 };

interface BreakersOptions {
  /** Aliases share the breaker of their model. */
  readonly models: Pick<ModelCatalogue, "find">;
  readonly metrics: BreakerMetrics;
  /** Told of every change of a state. */
  readonly onChange?: (status: BreakerStatus) => void;
  /** Failures in a row that open a breaker; 5 by default. */
  readonly threshold?: number;
  /** How long a breaker stays open before one probe is let through; 60 s by default. */
  readonly openMs?: number;
  /** Monotonic. */
  readonly nowMs?: () => number;
}

/** The circuit breakers of the upstream, one for each model, in this process. Their number is bounded. */
export class Breakers {
  readonly #byModel = new Map<string, ModelBreaker>();
  readonly #models: Pick<ModelCatalogue, "find">;
  readonly #boundedName = createBoundedLabel({
    pattern: MODEL_NAME,
    maxValues: MAX_UNKNOWN_MODELS,
    isReserved: (name) => name === MODELS_LIST || name === PASSED_THROUGH,
  });
  readonly #metrics: BreakerMetrics;
  readonly #options: ModelBreakerOptions;

  constructor({ models, metrics, onChange, ...options }: BreakersOptions) {
    this.#models = models;
    this.#metrics = metrics;
    this.#options = {
      threshold: options.threshold ?? THRESHOLD,
      openMs: options.openMs ?? OPEN_MS,
      nowMs: options.nowMs ?? (() => performance.now()),
      onChange(breaker) {
        metrics.stateOf(breaker.model).set(GAUGE_VALUES[breaker.state]);
        onChange?.(statusOf(breaker));
      },
    };
  }

  /** The breaker of a model. Its `model` is safe as a label, whatever the caller named. */
  of(model: string): ModelBreaker {
    const name = this.#models.find(model)?.id ?? this.#boundedName(model);
    return this.#byModel.get(name) ?? this.#create(name);
  }

  /** Every breaker that was ever asked for. */
  list(): readonly BreakerStatus[] {
    return [...this.#byModel.values()].map(statusOf);
  }

  /** Closes the breaker of one model, or all. @returns how many there were to close. */
  reset(model?: string): number {
    const chosen = [...this.#byModel.values()].filter(
      (breaker) => model === undefined || breaker.model === (this.#models.find(model)?.id ?? model),
    );
    for (const breaker of chosen) breaker.reset();
    return chosen.length;
  }

  #create(name: string): ModelBreaker {
    const breaker = new ModelBreaker(name, this.#options);
    this.#byModel.set(name, breaker);
    this.#metrics.stateOf(name).set(GAUGE_VALUES.closed);
    return breaker;
  }
}

function statusOf({ model, state, openedAt, failures }: ModelBreaker): BreakerStatus {
  return { model, state, failures, ...(openedAt === undefined ? {} : { openedAt: openedAt.toISOString() }) };
}
