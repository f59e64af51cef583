import type { Env } from "../env.ts";
import { GatewayError } from "../errors.ts";
import { ByteBudget, type TenantUse } from "./byte-budget.ts";
import { TenantsAtHand } from "./tenants-at-hand.ts";

/** One request on its way through the gateway. Cancelling it stops the work, not just the wait. */
export class Turn {
  readonly #controller = new AbortController();
  readonly #timers = new Set<NodeJS.Timeout>();
  readonly #budget: ByteBudget;
  readonly #use: TenantUse;
  readonly #onEnd: () => void;
  #onCancel: (() => void) | undefined;
  #heldBytes = 0;
  #hasEnded = false;

  constructor(budget: ByteBudget, use: TenantUse, onEnd: () => void) {
    this.#budget = budget;
    this.#use = use;
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
   * @throws {GatewayError} `too_many_bytes_at_once` when all turns together, or those of its tenant, would hold too many;
   *   nothing changes then.
   */
  hold(bytes: number): void {
    // Nobody would give back what is taken after the end.
    if (this.#hasEnded) return;
    this.#budget.take(bytes - this.#heldBytes, this.#use);
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

/** Part of all turns that one tenant may have, so that it cannot lock the others out. */
const TENANT_PART_OF_TURNS = 1 / 2;

/** Part of all bytes that may be held for one tenant; room for one request of the largest size there always is. */
const TENANT_PART_OF_BYTES = 1 / 4;

type TurnLimits = Pick<Env, "maxConcurrentRequests" | "maxInFlightBytes" | "maxBodyBytes">;

/** The turns being served: bounded in number and in the bytes they hold, as a whole and by tenant, and endable all at once. */
export class ActiveTurns {
  readonly #turns = new Set<Turn>();
  /** Only of tenants that have turns. */
  readonly #uses = new Map<string, TenantUse>();
  readonly #max: number;
  readonly #maxOfTenant: number;
  readonly #budget: ByteBudget;
  readonly #onIdle = new Set<() => void>();
  readonly #tenants: TenantsAtHand;
  #refusal: GatewayError | undefined;

  constructor({ maxConcurrentRequests, maxInFlightBytes, maxBodyBytes }: TurnLimits, nowMs?: () => number) {
    this.#tenants = new TenantsAtHand(nowMs);
    this.#max = maxConcurrentRequests;
    this.#maxOfTenant = Math.ceil(maxConcurrentRequests * TENANT_PART_OF_TURNS);
    const maxBytesOfTenant = Math.max(maxBodyBytes, Math.floor(maxInFlightBytes * TENANT_PART_OF_BYTES));
    this.#budget = new ByteBudget(maxInFlightBytes, maxBytesOfTenant, this.#tenants);
  }

  get size(): number {
    return this.#turns.size;
  }

  /**
   * @param bodyBytes how many bytes of the request's body to hold from the beginning.
   * @throws {GatewayError} when a bound is reached, or once all turns were cancelled.
   */
  begin(tenant: string, bodyBytes = 0): Turn {
    if (this.#refusal !== undefined) throw this.#refusal;
    this.#tenants.saw(tenant);
    const use = this.#uses.get(tenant) ?? { turns: 0, bytes: 0 };
    this.#refuseTooMany(use);
    const turn = new Turn(this.#budget, use, () => this.#leave(turn, tenant, use));
    turn.hold(bodyBytes);
    this.#turns.add(turn);
    use.turns += 1;
    if (use.turns === 1) this.#uses.set(tenant, use);
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

  #refuseTooMany({ turns }: TenantUse): void {
    if (this.#turns.size >= this.#max) {
      throw new GatewayError("too_many_requests_at_once", `At most ${this.#max} are served at once.`);
    }
    if (turns >= this.#maxOfTenant && this.#tenants.areSeveral) {
      throw new GatewayError(
        "too_many_requests_at_once",
        `At most ${this.#maxOfTenant} are served at once for one tenant.`,
      );
    }
  }

  #leave(turn: Turn, tenant: string, use: TenantUse): void {
    // A turn may be ended twice.
    if (!this.#turns.delete(turn)) return;
    use.turns -= 1;
    if (use.turns === 0) this.#uses.delete(tenant);
    if (this.#turns.size > 0) return;
    for (const resolve of this.#onIdle) resolve();
    this.#onIdle.clear();
  }
}
