import { type BudgetReading, keptAfterEndMs } from "../ledger.ts";

export interface BudgetEntry {
  spentNanoUsd: number;
  reservedNanoUsd: number;
  unconfirmedNanoUsd: number;
  readonly endsAtMs: number;
}

type BudgetWindow = { readonly id: string; readonly endsAtMs: number };
type Change = Partial<Pick<BudgetEntry, "spentNanoUsd" | "reservedNanoUsd" | "unconfirmedNanoUsd">>;

const NOTHING: BudgetEntry = { spentNanoUsd: 0, reservedNanoUsd: 0, unconfirmedNanoUsd: 0, endsAtMs: 0 };

/** What each budget has spent and holds reserved. */
export class BudgetBook {
  readonly #entries = new Map<string, BudgetEntry>();

  /** The entry as it is now, never to be changed; zeros for a budget that nothing was charged to. */
  entry(id: string): Readonly<BudgetEntry> {
    return this.#entries.get(id) ?? NOTHING;
  }

  read(id: string): BudgetReading {
    const { spentNanoUsd, reservedNanoUsd, unconfirmedNanoUsd } = this.entry(id);
    return { id, spentNanoUsd, reservedNanoUsd, unconfirmedNanoUsd };
  }

  change({ id, endsAtMs }: BudgetWindow, change: Change): void {
    let entry = this.#entries.get(id);
    if (entry === undefined) {
      // A request that costs nothing must leave nothing behind: its caller may name a new session each time.
      if (isNothing(change)) return;
      entry = { ...NOTHING, endsAtMs };
      this.#entries.set(id, entry);
    }
    entry.spentNanoUsd += change.spentNanoUsd ?? 0;
    entry.reservedNanoUsd += change.reservedNanoUsd ?? 0;
    entry.unconfirmedNanoUsd += change.unconfirmedNanoUsd ?? 0;
  }

  restore(id: string, entry: Omit<BudgetEntry, "reservedNanoUsd">): void {
    this.#entries.set(id, { ...entry, reservedNanoUsd: 0 });
  }

  entries(): Iterable<readonly [string, Readonly<BudgetEntry>]> {
    return this.#entries;
  }

  /** Forgets budgets whose window ended long ago. */
  sweep(nowMs: number): void {
    for (const [id, { endsAtMs }] of this.#entries) {
      if (endsAtMs + keptAfterEndMs(id) < nowMs) this.#entries.delete(id);
    }
  }
}

function isNothing({ spentNanoUsd = 0, reservedNanoUsd = 0, unconfirmedNanoUsd = 0 }: Change): boolean {
  return spentNanoUsd === 0 && reservedNanoUsd === 0 && unconfirmedNanoUsd === 0;
}
