import { randomUUID } from "node:crypto";
import { setTimeout as sleep } from "node:timers/promises";
import { describeFault, type Logger } from "../../log.ts";
import { type Operation, OperationJournal } from "./operation-journal.ts";
import { StoreReplyError } from "./reply-error.ts";
import type { StoreSession } from "./store-session.ts";
import type { RedisTimings } from "./timings.ts";

interface OperationSenderOptions {
  readonly timings: RedisTimings;
  readonly log: Logger;
  readonly session: () => StoreSession | undefined;
}

type PayloadOf = (sender: { readonly process: string; readonly number: number }) => string;

/** Sends the operations of this process in the order of their numbers, and again what a new master lacks. */
export class OperationSender {
  /** Names this process in the store. */
  readonly process = randomUUID();
  readonly journal = new OperationJournal();
  readonly #options: OperationSenderOptions;
  readonly #onSettled = new Set<() => void>();

  constructor(options: OperationSenderOptions) {
    this.#options = options;
  }

  append(script: Operation["script"], payloadOf: PayloadOf): Operation {
    return this.journal.append(script, (number) => payloadOf({ process: this.process, number }));
  }

  /** @throws {StoreUnavailableError} */
  async send(session: StoreSession, { script, payload, number }: Operation, mode = ""): Promise<unknown> {
    const reply = await session.ledger.send(session.run(script, payload, mode));
    this.#answered(number);
    return reply;
  }

  /** Sends an operation now, or once there is a session. Never throws. */
  record(script: Operation["script"], payloadOf: PayloadOf): void {
    const operation = this.append(script, payloadOf);
    const session = this.#options.session();
    if (session !== undefined)
      void this.send(session, operation).catch((fault) => this.#failed(operation, fault));
  }

  /**
   * Brings what the session's server lacks, without asking whether it may be: it was admitted once. On another server
   * than before, other processes get some time to do the same, so that sums are whole before anything is admitted.
   */
  async resume(session: StoreSession, isOtherServer: boolean, activate: () => void): Promise<void> {
    const { timings, log } = this.#options;
    let reached = Number(await session.ledger.send(session.run("beat", this.process)));
    if (reached < this.journal.lastConfirmed) {
      log.error(
        { lost: this.journal.lastConfirmed - reached },
        "the store has lost operations that were confirmed; sums may be too low",
      );
    }
    reached = await this.#bring(session, reached);
    if (isOtherServer) {
      await sleep(timings.settlingMs, undefined, { ref: false });
      await this.#bring(session, reached);
    }
    activate();
  }

  /** Settles when every operation so far was done by the store, or after `timeoutMs`. */
  async flush(timeoutMs: number): Promise<void> {
    if (this.journal.isSettled) return;
    const { promise, resolve } = Promise.withResolvers<void>();
    const timer = setTimeout(resolve, timeoutMs);
    this.#onSettled.add(resolve);
    await promise;
    clearTimeout(timer);
    this.#onSettled.delete(resolve);
  }

  /** @returns the number of the last operation that there was to bring, at a moment when there is none after it. */
  async #bring(session: StoreSession, from: number): Promise<number> {
    let reached = from;
    for (;;) {
      const operations = this.journal.after(reached);
      const last = operations.at(-1);
      if (last === undefined) return reached;
      await Promise.all(operations.map((operation) => this.#bringOne(session, operation)));
      reached = last.number;
    }
  }

  async #bringOne(session: StoreSession, operation: Operation): Promise<void> {
    try {
      await this.send(session, operation, "replay");
    } catch (fault) {
      if (!(fault instanceof StoreReplyError) || fault.endsConnection) throw fault;
      this.#failed(operation, fault);
    }
  }

  /** What was not answered is sent again in the next session; what was refused for itself would be refused again. */
  #failed(operation: Operation, fault: unknown): void {
    if (!(fault instanceof StoreReplyError) || fault.endsConnection) return;
    this.journal.remove(operation.number);
    const { script } = operation;
    this.#options.log.error(
      { script, fault: describeFault(fault) },
      "the store refused an operation; it is given up",
    );
  }

  #answered(number: number): void {
    this.journal.answered(number);
    if (this.#onSettled.size === 0 || !this.journal.isSettled) return;
    for (const resolve of this.#onSettled) resolve();
  }
}
