import type { Env } from "../env.ts";
import { GatewayError } from "../errors.ts";
import { ByteBudget } from "./byte-budget.ts";

/** One request on its way through the gateway. Cancelling it stops the work, not just the wait. */
export class Turn {
  readonly #controller = new AbortController();
  readonly #timers = new Set<NodeJS.Timeout>();
  readonly #budget: ByteBudget;
  readonly #onEnd: () => void;
  #onCancel: (() => void) | undefined;
  #heldBytes = 0;
  #hasEnded = false;

  constructor(budget: ByteBudget, onEnd: () => void) {
    this.#budget = budget;
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
    if (this.signal.aborted) return;
    this.#controller.abort(reason);
    this.#onCancel?.();
  }

  /** Calls `action` when the turn is cancelled; only one can be waited for. Costs less than a listener of the signal. */
  whenCancelled(action: () => void): void {
    this.#onCancel = action;
  }

  /** Cancels the turn after `ms` unless the returned function is called before. */
  cancelAfter(ms: number, reason: () => GatewayError): () => void {
    return this.after(ms, () => this.cancel(reason()));
  }

  /** Calls `action` after `ms` unless the turn ends or the returned function is called before. */
  after(ms: number, action: () => void): () => void {
    const timer = setTimeout(action, ms);
    this.#timers.add(timer);
    return () => {
      clearTimeout(timer);
      this.#timers.delete(timer);
    };
  }

  /**
   * Says how many bytes of its request or answer the turn holds in memory from now on. A turn that has ended holds none.
   *
   * @throws {GatewayError} `too_many_bytes_at_once` when all turns together would hold too many; nothing changes then.
   */
  hold(bytes: number): void {
    // Nobody would give back what is taken after the end.
    if (this.#hasEnded) return;
    this.#budget.take(bytes - this.#heldBytes);
    this.#heldBytes = bytes;
  }

  end(): void {
    for (const timer of this.#timers) clearTimeout(timer);
    this.#timers.clear();
    this.hold(0);
    this.#hasEnded = true;
    this.#onEnd();
  }
}

/** The turns being served: bounded in number and in the bytes they hold, and endable all at once. */
export class ActiveTurns {
  readonly #turns = new Set<Turn>();
  readonly #max: number;
  readonly #budget: ByteBudget;
  readonly #onIdle = new Set<() => void>();
  #refusal: GatewayError | undefined;

  constructor(limits: Pick<Env, "maxConcurrentRequests" | "maxInFlightBytes">) {
    this.#max = limits.maxConcurrentRequests;
    this.#budget = new ByteBudget(limits.maxInFlightBytes);
  }

  get size(): number {
    return this.#turns.size;
  }

  /**
   * @param bodyBytes how large the request's body may turn out to be.
   * @throws {GatewayError} when a bound is reached, or once all turns were cancelled.
   */
  begin(bodyBytes = 0): Turn {
    if (this.#refusal !== undefined) throw this.#refusal;
    if (this.#turns.size >= this.#max) {
      throw new GatewayError("too_many_requests_at_once", `At most ${this.#max} are served at once.`);
    }
    const turn = new Turn(this.#budget, () => this.#leave(turn));
    turn.hold(bodyBytes);
    this.#turns.add(turn);
    return turn;
  }

  /** Refuses new turns from now on; those under way go on. */
  refuse(reason: GatewayError): void {
    this.#refusal ??= reason;
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
