import { LRUCache } from "lru-cache";
import type { Logger } from "../log.ts";
import type { BudgetMetrics } from "../metrics/budgets.ts";
import type { BudgetCharge, BudgetState } from "../store/ledger.ts";
import { splitScope } from "./charges.ts";
import { toUsd } from "./money.ts";
import type { WindowKind } from "./windows.ts";

/** Parts of a budget, in percent, whose crossing is told once a window and process. */
const THRESHOLDS = [50, 80, 95] as const;

/** More budgets than this at once, and a crossing may be told twice. */
const MAX_BUDGETS = 10_000;

/** Scopes that operators are shown without asking for them by name. */
const MAX_SEEN_SCOPES = 500;

/** Publishes how far budgets are used, and tells when one passes a threshold. */
export class ThresholdWatch {
  readonly #told = new LRUCache<string, number>({ max: MAX_BUDGETS });
  /** Whole percent of each budget when it was looked at last: most requests change nothing that anybody is told. */
  readonly #percents = new LRUCache<string, number>({ max: MAX_BUDGETS });
  readonly #seen = new LRUCache<string, true>({ max: MAX_SEEN_SCOPES });
  readonly #metrics: BudgetMetrics;
  readonly #log: Logger;

  constructor(metrics: BudgetMetrics, log: Logger) {
    this.#metrics = metrics;
    this.#log = log;
  }

  /** @param state what is spent and reserved now. */
  observe(scope: string, window: WindowKind, budget: BudgetCharge, state: BudgetState): void {
    const usedNanoUsd = state.spentNanoUsd + state.reservedNanoUsd;
    const ratio = budget.capNanoUsd === 0 ? 1 : usedNanoUsd / budget.capNanoUsd;
    const percent = Math.floor(ratio * 100);
    if (this.#percents.get(budget.id) === percent) return;
    this.#percents.set(budget.id, percent);
    this.#seen.set(scope, true);
    const [kind] = splitScope(scope);
    // Callers name sessions; a series each would have no end.
    if (kind !== "session") this.#metrics.used(scope, window, ratio);
    const passed = THRESHOLDS.findLast((threshold) => percent >= threshold);
    if (passed === undefined || passed <= (this.#told.get(budget.id) ?? 0)) return;
    this.#told.set(budget.id, passed);
    this.#metrics.thresholdPassed(kind, passed);
    this.#log.warn(
      { scope, window, percent: passed, usedUsd: toUsd(usedNanoUsd), capUsd: toUsd(budget.capNanoUsd) },
      "a budget passed a threshold",
    );
  }

  /** Scopes that requests were charged to lately. */
  seenScopes(): readonly string[] {
    return [...this.#seen.keys()];
  }
}
