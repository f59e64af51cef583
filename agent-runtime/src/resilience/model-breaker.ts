import { type CircuitBreakerPolicy, CircuitState, circuitBreaker, handleWhenResult } from "cockatiel";

/** What the outcome of an attempt says about the upstream. A `neutral` one says nothing: it is the caller's own doing. */
export interface Judged {
  readonly verdict: "success" | "failure" | "neutral";
}

export type BreakerState = "closed" | "half-open" | "open";

const STATES = {
  [CircuitState.Closed]: "closed",
  [CircuitState.HalfOpen]: "half-open",
  [CircuitState.Open]: "open",
  [CircuitState.Isolated]: "open",
} as const satisfies Record<CircuitState, BreakerState>;

export interface ModelBreakerOptions {
  /** Failures in a row that open it. */
  readonly threshold: number;
  /** How long it stays open until one probe is let through. */
  readonly openMs: number;
  /** Monotonic. */
  readonly nowMs: () => number;
  readonly onChange: (breaker: ModelBreaker) => void;
}

/** cockatiel measures by the wall clock, which may jump by an hour; `isRefusing` measures by the monotonic one. */
const NOT_MEASURED_BY_COCKATIEL = Number.NEGATIVE_INFINITY;

/**
 * The circuit breaker of one model: a policy of cockatiel, of which a call knows at once whether it is refused. Where
 * cockatiel would let callers wait for the probe, they are refused; a probe that is broken off decides nothing.
 */
export class ModelBreaker {
  readonly model: string;
  readonly #options: ModelBreakerOptions;
  #policy: CircuitBreakerPolicy;
  #failures = 0;
  #openedAtMs = 0;
  #openedAt: Date | undefined;

  constructor(model: string, options: ModelBreakerOptions) {
    this.model = model;
    this.#options = options;
    this.#policy = this.#createPolicy();
  }

  get state(): BreakerState {
    return STATES[this.#policy.state];
  }

  /** Failures in a row. */
  get failures(): number {
    return this.#failures;
  }

  /** When it opened, unless it is closed. */
  get openedAt(): Date | undefined {
    return this.#policy.state === CircuitState.Closed ? undefined : this.#openedAt;
  }

  /** How long it refuses calls yet; 0 when it is not open, or when the next call is the probe. */
  get refusesForMs(): number {
    if (this.#policy.state !== CircuitState.Open) return 0;
    return Math.max(0, this.#openedAtMs + this.#options.openMs - this.#options.nowMs());
  }

  /** Whether a call is refused now: it is open, or its one probe is under way. */
  get isRefusing(): boolean {
    const { state } = this.#policy;
    if (state === CircuitState.Closed) return false;
    return state === CircuitState.HalfOpen || this.refusesForMs > 0;
  }

  /** Runs an attempt and counts its outcome; what it throws counts nothing. Only for a caller that is not refused. */
  run<T extends Judged>(attempt: () => Promise<T>): Promise<T> {
    const policy = this.#policy;
    return policy.state === CircuitState.Closed ? policy.execute(attempt) : this.#probe(policy, attempt);
  }

  /** Closes it and forgets its failures. What is under way now counts nothing any more. */
  reset(): void {
    this.#failures = 0;
    this.#policy = this.#createPolicy();
    this.#options.onChange(this);
  }

  #probe<T extends Judged>(policy: CircuitBreakerPolicy, attempt: () => Promise<T>): Promise<T> {
    return policy.execute(async () => {
      try {
        return await attempt();
      } catch (thrown) {
        if (policy === this.#policy) this.#awaitAnotherProbe();
        throw thrown;
      }
    });
  }

  /** cockatiel counts whatever is thrown during a probe as a success. This goes on with a copy that is still open. */
  #awaitAnotherProbe(): void {
    this.#policy = this.#createPolicy(this.#policy.toJSON());
    this.#options.onChange(this);
  }

  #createPolicy(initialState?: unknown): CircuitBreakerPolicy {
    const policy = circuitBreaker(
      handleWhenResult((outcome) => this.#isFailure(policy, outcome as Judged)),
      {
        halfOpenAfter: NOT_MEASURED_BY_COCKATIEL,
        breaker: {
          state: undefined,
          success: () => undefined,
          failure: () => this.#opensAfterFailure(policy),
        },
        ...(initialState === undefined ? {} : { initialState }),
      },
    );
    policy.onStateChange((state) => {
      if (policy === this.#policy) this.#changed(state);
    });
    return policy;
  }

  /** The one place where an outcome can be seen that is no failure: a neutral one must not count as a success. */
  #isFailure(policy: CircuitBreakerPolicy, { verdict }: Judged): boolean {
    if (verdict === "success" && policy.state === CircuitState.Closed && policy === this.#policy) {
      this.#failures = 0;
    }
    return verdict === "failure";
  }

  /** Calls that began before it opened may fail later. They count no more: only the probe decides then. */
  #opensAfterFailure(policy: CircuitBreakerPolicy): boolean {
    if (policy.state !== CircuitState.Closed || policy !== this.#policy) return false;
    this.#failures += 1;
    return this.#failures >= this.#options.threshold;
  }

  #changed(state: CircuitState): void {
    if (state === CircuitState.Closed) this.#failures = 0;
    if (state === CircuitState.Open) {
      this.#openedAtMs = this.#options.nowMs();
      this.#openedAt = new Date();
    }
    this.#options.onChange(this);
  }
}
