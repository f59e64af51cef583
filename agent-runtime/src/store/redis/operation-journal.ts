import type { LedgerScript } from "./ledger-script.ts";

/** Something this process did to the ledger, as it is sent. */
export interface Operation {
  /** Rises by one with each; the store remembers the last one that had an effect. */
  readonly number: number;
  readonly script: Extract<LedgerScript, "admit" | "settle" | "usage">;
  readonly payload: string;
}

/** More are kept only of operations that no server has taken. */
const MAX_ANSWERED = 50_000;

/**
 * What this process did and no replica has confirmed yet. After a failover what the new master lacks is done again from
 * here.
 */
export class OperationJournal {
  readonly #operations = new Map<number, Operation>();
  readonly #maxAnswered: number;
  #last = 0;
  #answered = 0;
  #confirmed = 0;
  #givenUp = 0;

  constructor(maxAnswered = MAX_ANSWERED) {
    this.#maxAnswered = maxAnswered;
  }

  append(script: Operation["script"], payloadOf: (number: number) => string): Operation {
    this.#last += 1;
    const operation = { number: this.#last, script, payload: payloadOf(this.#last) };
    this.#operations.set(operation.number, operation);
    return operation;
  }

  /** Forgets an operation that had no effect, or whose effect is taken back by a later one. */
  remove(number: number): void {
    this.#operations.delete(number);
  }

  /** The master has done the operation, and all before it. */
  answered(number: number): void {
    this.#answered = Math.max(this.#answered, number);
    if (this.#operations.size > this.#maxAnswered) this.#giveUpOldest();
  }

  /** A replica has all operations up to this one. */
  confirmed(number: number): void {
    this.#confirmed = Math.max(this.#confirmed, Math.min(number, this.#last));
    for (const known of this.#operations.keys()) {
      if (known > number) return;
      this.#operations.delete(known);
    }
  }

  after(number: number): Operation[] {
    return [...this.#operations.values()].filter((operation) => operation.number > number);
  }

  get lastAnswered(): number {
    return this.#answered;
  }

  get lastConfirmed(): number {
    return this.#confirmed;
  }

  /** Whether the master has done operations that no replica has confirmed. */
  get hasUnconfirmed(): boolean {
    const [oldest] = this.#operations.keys();
    return oldest !== undefined && oldest <= this.#answered;
  }

  /** Whether every operation was done by a master. */
  get isSettled(): boolean {
    for (const number of this.#operations.keys()) if (number > this.#answered) return false;
    return true;
  }

  /** How many were forgotten unconfirmed, because there were too many. */
  get givenUp(): number {
    return this.#givenUp;
  }

  #giveUpOldest(): void {
    const [oldest] = this.#operations.keys();
    if (oldest === undefined || oldest > this.#answered) return;
    this.#operations.delete(oldest);
    this.#givenUp += 1;
  }
}
