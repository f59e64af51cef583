import type { RetryOutcome } from "../metrics/upstream-retries.ts";
import type { RetryBudget } from "./retry-budget.ts";

/** Waits before the first, second, … retry, before jitter. */
export const RETRY_LADDER_MS: readonly number[] = [1_000, 5_000, 15_000, 30_000];

/** How far a wait is spread around its rung, so that callers who failed together do not come back together. */
const JITTER = 0.2;

/** What is added at most to a wait that the upstream asked for. Never less than it asked for. */
const MAX_ADDED_TO_RETRY_AFTER_MS = 1_000;

interface Retry {
  /** 0 for the first one. */
  readonly index: number;
  /** What the upstream asked for, if it did. */
  readonly retryAfterMs: number | undefined;
  /** When the caller's time is over, by the monotonic clock. */
  readonly deadlineAtMs: number;
}

interface RetriesOptions {
  readonly budget: RetryBudget;
  readonly ladderMs?: readonly number[];
  /** Monotonic. */
  readonly nowMs?: () => number;
  /** From 0 to below 1. */
  readonly random?: () => number;
}

/** What to do about a failure that may be retried. */
export type RetryDecision =
  | { readonly outcome: "retried"; readonly waitMs: number }
  | { readonly outcome: Exclude<RetryOutcome, "retried"> }
  | { readonly outcome: "ladder_end" };

/**
 * Decides whether and when a failed call is tried again: at 1, 5, 15 and 30 seconds with jitter, or when the upstream's
 * `retry-after` says; never after the caller's deadline, and only as long as the retry budget lasts. Waiting itself is not
 * left to the retry policy of cockatiel, because an abort does not end its waits.
 */
export class Retries {
  readonly #budget: RetryBudget;
  readonly #ladderMs: readonly number[];
  readonly #nowMs: () => number;
  readonly #random: () => number;

  constructor({ budget, ladderMs, nowMs, random }: RetriesOptions) {
    this.#budget = budget;
    this.#ladderMs = ladderMs ?? RETRY_LADDER_MS;
    this.#nowMs = nowMs ?? (() => performance.now());
    this.#random = random ?? Math.random;
  }

  /** Counts a call for the budget. */
  countCall(): void {
    this.#budget.countCall();
  }

  decide({ index, retryAfterMs, deadlineAtMs }: Retry): RetryDecision {
    const rungMs = this.#ladderMs[index];
    if (rungMs === undefined) return { outcome: "ladder_end" };
    const waitMs = this.#spread(rungMs, retryAfterMs);
    if (this.#nowMs() + waitMs >= deadlineAtMs) return { outcome: "deadline" };
    return this.#budget.tryTake() ? { outcome: "retried", waitMs } : { outcome: "budget_exhausted" };
  }

  #spread(rungMs: number, retryAfterMs: number | undefined): number {
    if (retryAfterMs !== undefined) {
      return retryAfterMs + this.#random() * Math.min(rungMs, MAX_ADDED_TO_RETRY_AFTER_MS);
    }
    return rungMs * (1 - JITTER + 2 * JITTER * this.#random());
  }
}
