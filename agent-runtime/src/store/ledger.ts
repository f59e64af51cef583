/**
 * Admission to the upstream: switches, rate limits, concurrency and budgets decided together, atomically, in one round
 * trip. What is admitted holds a lease until it is settled; a lease whose process died is charged at its bound.
 *
 * Money is in nano-dollars (1e-9 USD), whole numbers: a token of the cheapest price costs 10 of them, and sums stay exact
 * up to nine million dollars.
 */

/** A token bucket that refills smoothly. It begins full. */
export interface BucketCharge {
  /** For example `key:key_1:requests`. */
  readonly id: string;
  readonly capacity: number;
  readonly refillPerSecond: number;
  /** Taken on admission. At most the capacity, or it could never be admitted. */
  readonly amount: number;
}

/** A bound on leases held at once. */
export interface ConcurrencyCharge {
  /** For example `tenant:acme`. */
  readonly id: string;
  readonly max: number;
}

/** A budget of one scope in one window of time. */
export interface BudgetCharge {
  /** For example `tenant:acme:day:2026-11-25`. */
  readonly id: string;
  readonly capNanoUsd: number;
  /** When the window ends and what was spent in it may be forgotten, some days later at the latest. */
  readonly endsAtMs: number;
}

const DAY_MS = 24 * 3600 * 1000;

/**
 * How long after its window's end a budget can still be read and corrected. Callers invent sessions without end, so
 * theirs are kept for no longer than a lease can be corrected.
 */
export function keptAfterEndMs(budgetId: string): number {
  return (budgetId.startsWith("session:") ? 2 : 40) * DAY_MS;
}

/** What a request is charged with: the same on admission and on settlement. */
export interface Charges {
  readonly buckets: readonly BucketCharge[];
  readonly concurrency: readonly ConcurrencyCharge[];
  readonly budgets: readonly BudgetCharge[];
}

export interface AdmitRequest extends Charges {
  /** Unique; also the id under which the request is settled. */
  readonly leaseId: string;
  /**
   * Scopes whose switch stops the request: `fleet`, `tenant:acme`, `agent:support`, `model:claude-opus-5-5`. A switch is
   * a row of the table `switches`, `{"percent":20,…}`: requests whose dice is below the percentage pass.
   */
  readonly scopes: readonly string[];
  /** 0 to 99, the same for all requests of a conversation: a switch that is resumed to 20 % lets 0 to 19 pass. */
  readonly dice: number;
  /** Upper bound of what the request may cost. */
  readonly boundNanoUsd: number;
}

/** State of a bucket after the decision. */
export interface BucketState {
  /** Whole tokens, rounded down. Below 0 when settlements used more than was taken; the debt is at most one capacity. */
  readonly remaining: number;
  /** Until it is full again, rounded up. */
  readonly fullInMs: number;
}

export interface BudgetState {
  readonly spentNanoUsd: number;
  readonly reservedNanoUsd: number;
}

/**
 * Exactly one reason refuses, the first in the order below; nothing is taken then. Indices are those of the request's
 * lists. Of several buckets that are short the index is of the one that takes longest, and so is `retryAfterMs`.
 */
export type Admission =
  | {
      readonly kind: "admitted";
      readonly buckets: readonly BucketState[];
      readonly budgets: readonly BudgetState[];
    }
  | { readonly kind: "switched-off"; readonly scope: string }
  | {
      readonly kind: "rate-limited";
      readonly index: number;
      readonly buckets: readonly BucketState[];
      readonly retryAfterMs: number;
    }
  | { readonly kind: "too-many-at-once"; readonly index: number }
  | { readonly kind: "over-budget"; readonly index: number; readonly state: BudgetState };

export interface SettleRequest extends Charges {
  readonly leaseId: string;
  /** The bound that was reserved. */
  readonly boundNanoUsd: number;
  /** What the request really cost; 0 when the upstream was never reached. */
  readonly costNanoUsd: number;
  /** For each bucket, what the request really used; the difference to what was taken is given back or taken too. */
  readonly used: readonly number[];
}

/** What a scope has spent, for `agentctl budgets show`. */
export interface BudgetReading extends BudgetState {
  readonly id: string;
  /** Part of the spent sum that belongs to leases of dead processes, charged at their bound. */
  readonly unconfirmedNanoUsd: number;
}

export interface Ledger {
  /** @throws {StoreUnavailableError} when the store does not answer in time; nothing is held then, or it is given back. */
  admit(request: AdmitRequest): Promise<Admission>;
  /**
   * Ends a lease with what it really cost. Never throws and never loses a settlement while this process lives: one that
   * the store could not take is kept and sent again, also to a master that a failover put in the other's place. For a
   * lease that was charged at its bound, up to a day ago, it corrects the sum. An unknown lease changes nothing.
   */
  settle(request: SettleRequest): void;
  /** @throws {StoreUnavailableError} */
  readBudgets(ids: readonly string[]): Promise<readonly BudgetReading[]>;
  /**
   * Charges the leases of processes that are gone at their bound, and frees what they held. The store does so by itself
   * every few seconds. A process is gone when it gave no sign of life for 15 s while this one was connected.
   *
   * @returns how many leases.
   * @throws {StoreUnavailableError}
   */
  reap(): Promise<number>;
  /** Settles when every settlement given so far has been taken by the store, or after `timeoutMs`. */
  flush(timeoutMs: number): Promise<void>;
}
