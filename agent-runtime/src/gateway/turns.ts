import { GatewayError } from "../errors.ts";

/** One request on its way through the gateway. Cancelling it stops the work, not just the wait. */
export class Turn {
  readonly #controller = new AbortController();
  readonly #timers = new Set<NodeJS.Timeout>();
  readonly #onEnd: () => void;

  constructor(onEnd: () => void) {
    this.#onEnd = onEnd;
  }

  /** Aborted with a `GatewayError` once the turn is cancelled. */
  get signal(): AbortSignal {
    return this.#controller.signal;
  }

  /** Why the turn was cancelled, if it was. The first reason stands. */
  get cancelledBy(): GatewayError | undefined {
    const reason: unknown = this.signal.reason;
    return reason instanceof GatewayError ? reason : undefined;
  }

  cancel(reason: GatewayError): void {
    this.#controller.abort(reason);
  }

  /** Cancels the turn after `ms` unless the returned function is called before. */
  cancelAfter(ms: number, reason: () => GatewayError): () => void {
    const timer = setTimeout(() => this.cancel(reason()), ms);
    this.#timers.add(timer);
    return () => {
      clearTimeout(timer);
      this.#timers.delete(timer);
    };
  }

  end(): void {
    for (const timer of this.#timers) clearTimeout(timer);
    this.#timers.clear();
    this.#onEnd();
  }
}

/** The turns being served: bounded in number, and endable all at once. */
export class ActiveTurns {
  readonly #turns = new Set<Turn>();
  readonly #max: number;
  readonly #onIdle = new Set<() => void>();
  #refusal: GatewayError | undefined;

  constructor(max: number) {
    this.#max = max;
  }

  get size(): number {
    return this.#turns.size;
  }

  /** @throws {GatewayError} when the bound is reached, or once all turns were cancelled. */
  begin(): Turn {
    if (this.#refusal !== undefined) throw this.#refusal;
    if (this.#turns.size >= this.#max) {
      throw new GatewayError("too_many_requests_at_once", `At most ${this.#max} are served at once.`);
    }
    const turn = new Turn(() => this.#leave(turn));
    this.#turns.add(turn);
    return turn;
  }

  /** Cancels every turn and refuses new ones for the same reason. */
  cancelAll(reason: GatewayError): void {
    this.#refusal = reason;
    for (const turn of this.#turns) turn.cancel(reason);
  }

  /** Settles when no turn is being served. */
  idle(): Promise<void> {
    if (this.#turns.size === 0) return Promise.resolve();
    return new Promise((resolve) => this.#onIdle.add(resolve));
  }

  #leave(turn: Turn): void {
    this.#turns.delete(turn);
    if (this.#turns.size > 0) return;
    for (const resolve of this.#onIdle) resolve();
    this.#onIdle.clear();
  }
}
