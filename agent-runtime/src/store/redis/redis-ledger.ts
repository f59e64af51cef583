import { StoreUnavailableError } from "../contract.ts";
import type { Admission, AdmitRequest, BudgetReading, Ledger, SettleRequest } from "../ledger.ts";
import { admitMessage, readAdmission, settleMessage } from "./ledger-message.ts";
import { KEY_TAG } from "./ledger-script.ts";
import type { OperationSender } from "./operation-sender.ts";
import type { ProcessReaper } from "./process-reaper.ts";
import { StoreReplyError } from "./reply-error.ts";
import type { StoreLink } from "./store-link.ts";
import type { RedisTimings } from "./timings.ts";
import { within } from "./within.ts";

interface RedisLedgerOptions {
  readonly link: StoreLink;
  readonly operations: OperationSender;
  readonly reaper: ProcessReaper;
  readonly timings: RedisTimings;
}

/** The ledger of all processes, decided by scripts in the store. */
export class RedisLedger implements Ledger {
  readonly #options: RedisLedgerOptions;
  /** Leases that this process was admitted with and has not settled. */
  readonly #held = new Set<string>();

  constructor(options: RedisLedgerOptions) {
    this.#options = options;
  }

  async admit(request: AdmitRequest): Promise<Admission> {
    try {
      return await this.#admitOnce(request);
    } catch (fault) {
      // Somebody emptied the server's memory of scripts. The next session loads them.
      if (!(fault instanceof StoreReplyError) || fault.code !== "NOSCRIPT") throw fault;
      return await this.#admitOnce(request);
    }
  }

  settle(request: SettleRequest): void {
    const isHeld = this.#held.delete(request.leaseId);
    this.#options.operations.record("settle", (sender) => settleMessage(sender, request, isHeld));
  }

  async readBudgets(ids: readonly string[]): Promise<readonly BudgetReading[]> {
    const { link, timings } = this.#options;
    const session = await link.ready();
    const fields = ["spent", "reserved", "unconfirmed"];
    // After all that this process settled before.
    const replies = ids.map((id) => session.ledger.send(["HMGET", `${KEY_TAG}:budget:${id}`, ...fields]));
    const rows = await within(Promise.all(replies), timings.commandMs);
    return rows.map((reply, index) => {
      const [spent, reserved, unconfirmed] = reply as (string | null)[];
      return {
        id: ids[index] ?? "",
        spentNanoUsd: Number(spent ?? 0),
        reservedNanoUsd: Number(reserved ?? 0),
        unconfirmedNanoUsd: Number(unconfirmed ?? 0),
      };
    });
  }

  async reap(): Promise<number> {
    return await this.#options.reaper.reap(await this.#options.link.ready());
  }

  async flush(timeoutMs: number): Promise<void> {
    await this.#options.operations.flush(timeoutMs);
  }

  async #admitOnce(request: AdmitRequest): Promise<Admission> {
    const { link, operations, timings } = this.#options;
    const session = link.session ?? (await link.ready());
    const operation = operations.append("admit", (sender) => admitMessage(sender, request));
    try {
      const reply = await within(operations.send(session, operation), timings.commandMs);
      const admission = readAdmission(reply, request);
      if (admission.kind === "admitted") this.#held.add(request.leaseId);
      else operations.journal.remove(operation.number);
      return admission;
    } catch (fault) {
      operations.journal.remove(operation.number);
      if (!(fault instanceof StoreReplyError)) this.#cancel(request);
      throw fault instanceof StoreUnavailableError
        ? fault
        : new StoreUnavailableError("The store failed.", { cause: fault });
    }
  }

  /** The store may have admitted what nobody will settle. */
  #cancel(request: AdmitRequest): void {
    const used = request.buckets.map(() => 0);
    const nothing: SettleRequest = { ...request, costNanoUsd: 0, used };
    this.#options.operations.record("settle", (sender) => settleMessage(sender, nothing, false));
  }
}
