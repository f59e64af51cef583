import { longestGap } from "./load-tally.ts";
import type { StoreSummary } from "./store-events.ts";

/** Counts what became of numbered writes. Knows no clock: times come in as ms since the first write was due. */
export class StoreTally {
  readonly #isConfirmationWanted: boolean;
  readonly #acknowledged = new Set<number>();
  readonly #confirmed = new Set<number>();
  readonly #failed = new Set<number>();
  readonly #successesMs: number[] = [];
  readonly #errors: Record<string, number> = {};
  readonly #connectionErrors: Record<string, number> = {};
  #sent = 0;
  #isClosed = false;

  constructor(isConfirmationWanted: boolean) {
    this.#isConfirmationWanted = isConfirmationWanted;
  }

  sent(): void {
    this.#sent += 1;
  }

  /** Ends the counting, before the store is asked what it has: what comes later would look as if it were lost. */
  close(): void {
    this.#isClosed = true;
  }

  acknowledged(write: number, atMs: number): void {
    if (this.#isClosed) return;
    this.#acknowledged.add(write);
    if (!this.#isConfirmationWanted) this.#successesMs.push(atMs);
  }

  /** After `acknowledged`: a replica has the write. */
  confirmed(write: number, atMs: number): void {
    if (this.#isClosed) return;
    this.#confirmed.add(write);
    this.#successesMs.push(atMs);
  }

  /** A write that the store has acknowledged stays acknowledged, whatever fails after that. */
  failed(write: number, error: string): void {
    if (this.#isClosed) return;
    countIn(this.#errors, error);
    if (!this.#acknowledged.has(write)) this.#failed.add(write);
  }

  connectionFailed(error: string): void {
    countIn(this.#connectionErrors, error);
  }

  /**
   * @param stored numbers of the writes that the store has at the end
   * @param untilMs when writes ceased to be begun, which ends the last gap
   */
  summary(stored: ReadonlySet<number>, untilMs: number): StoreSummary {
    const [acknowledged, confirmed, failed] = [this.#acknowledged, this.#confirmed, this.#failed];
    return {
      seconds: untilMs / 1000,
      sent: this.#sent,
      acknowledged: acknowledged.size,
      confirmed: confirmed.size,
      unconfirmed: this.#isConfirmationWanted ? acknowledged.size - confirmed.size : 0,
      failed: failed.size,
      unanswered: this.#sent - acknowledged.size - failed.size,
      errors: { ...this.#errors },
      connectionErrors: { ...this.#connectionErrors },
      longestGap: longestGap(this.#successesMs, untilMs),
      stored: stored.size,
      lostAcknowledged: countMissing(acknowledged, stored),
      lostConfirmed: countMissing(confirmed, stored),
    };
  }
}

function countMissing(writes: ReadonlySet<number>, stored: ReadonlySet<number>): number {
  return [...writes].filter((write) => !stored.has(write)).length;
}

function countIn(counts: Record<string, number>, name: string): void {
  counts[name] = (counts[name] ?? 0) + 1;
}
