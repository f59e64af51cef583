import type {
  Admission,
  AdmitRequest,
  BudgetCharge,
  BudgetReading,
  Ledger,
  SettleRequest,
} from "../ledger.ts";
import { BudgetBook } from "./budget-book.ts";
import type { LedgerSnapshot } from "./ledger-snapshot.ts";
import { TokenBuckets } from "./token-buckets.ts";

/** How long a lease that was charged at its bound can still be corrected. */
const CORRECTABLE_MS = 24 * 3600 * 1000;

/** A lease of an earlier process, charged at its bound. */
interface ReapedLease {
  readonly boundNanoUsd: number;
  readonly budgets: readonly Pick<BudgetCharge, "id" | "endsAtMs">[];
  readonly untilMs: number;
}

interface EmbeddedLedgerOptions {
  /** Which part of the requests the switch of a scope lets pass; undefined when there is none. */
  readonly percentOf: (scope: string) => number | undefined;
  /** Told after each change of what `snapshot` returns. */
  readonly onChange: () => void;
}

/** The ledger of a single process, decided in memory. What its script does in Redis, this does in the same order. */
export class EmbeddedLedger implements Ledger {
  readonly #buckets = new TokenBuckets();
  readonly #budgets = new BudgetBook();
  readonly #held = new Map<string, number>();
  readonly #leases = new Map<string, AdmitRequest>();
  readonly #reaped = new Map<string, ReapedLease>();
  readonly #options: EmbeddedLedgerOptions;

  constructor(options: EmbeddedLedgerOptions) {
    this.#options = options;
  }

  async admit(request: AdmitRequest): Promise<Admission> {
    const refusal = this.#refusal(request);
    if (refusal !== undefined) return refusal;
    for (const bucket of request.buckets) this.#buckets.take(bucket, bucket.amount);
    for (const { id } of request.concurrency) this.#held.set(id, (this.#held.get(id) ?? 0) + 1);
    for (const budget of request.budgets) {
      this.#budgets.change(budget, { reservedNanoUsd: request.boundNanoUsd });
    }
    this.#leases.set(request.leaseId, request);
    this.#options.onChange();
    return {
      kind: "admitted",
      buckets: request.buckets.map((bucket) => this.#buckets.state(bucket)),
      budgets: request.budgets.map(({ id }) => this.#budgetState(id)),
    };
  }

  settle(request: SettleRequest): void {
    const lease = this.#leases.get(request.leaseId);
    if (lease === undefined) {
      this.#correct(request);
      return;
    }
    this.#leases.delete(request.leaseId);
    for (const [index, bucket] of lease.buckets.entries()) {
      this.#buckets.take(bucket, (request.used[index] ?? bucket.amount) - bucket.amount);
    }
    for (const { id } of lease.concurrency) {
      const held = (this.#held.get(id) ?? 0) - 1;
      if (held > 0) this.#held.set(id, held);
      else this.#held.delete(id);
    }
    const change = { reservedNanoUsd: -lease.boundNanoUsd, spentNanoUsd: request.costNanoUsd };
    for (const budget of lease.budgets) this.#budgets.change(budget, change);
    this.#options.onChange();
  }

  async readBudgets(ids: readonly string[]): Promise<readonly BudgetReading[]> {
    return ids.map((id) => this.#budgets.read(id));
  }

  /** The leases of a process that is gone were charged when this one took over its data folder. */
  async reap(): Promise<number> {
    return 0;
  }

  async flush(): Promise<void> {}

  /** Forgets what can no longer make a difference. */
  sweep(nowMs = Date.now()): void {
    this.#buckets.sweep();
    this.#budgets.sweep(nowMs);
    for (const [id, { untilMs }] of this.#reaped) if (untilMs < nowMs) this.#reaped.delete(id);
  }

  snapshot(): LedgerSnapshot {
    return {
      budgets: [...this.#budgets.entries()].map(([id, { reservedNanoUsd: _, ...entry }]) => ({
        id,
        ...entry,
      })),
      leases: [...this.#leases.values()].map(({ leaseId, boundNanoUsd, budgets }) => ({
        leaseId,
        boundNanoUsd,
        budgets: budgets.map(({ id, endsAtMs }) => ({ id, endsAtMs })),
      })),
      reaped: [...this.#reaped].map(([leaseId, lease]) => ({ leaseId, ...lease })),
    };
  }

  /** Takes over what an earlier process left. Its open leases are charged at their bound. */
  restore({ budgets, leases, reaped }: LedgerSnapshot, nowMs = Date.now()): void {
    for (const { id, ...entry } of budgets) this.#budgets.restore(id, entry);
    for (const { leaseId, ...lease } of reaped) this.#reaped.set(leaseId, lease);
    for (const { leaseId, boundNanoUsd, budgets: charged } of leases) {
      const change = { spentNanoUsd: boundNanoUsd, unconfirmedNanoUsd: boundNanoUsd };
      for (const budget of charged) this.#budgets.change(budget, change);
      this.#reaped.set(leaseId, { boundNanoUsd, budgets: charged, untilMs: nowMs + CORRECTABLE_MS });
    }
    this.sweep(nowMs);
    if (leases.length > 0) this.#options.onChange();
  }

  #refusal(request: AdmitRequest): Admission | undefined {
    return (
      this.#switchedOff(request) ??
      this.#rateLimited(request) ??
      this.#tooManyAtOnce(request) ??
      this.#overBudget(request)
    );
  }

  #switchedOff({ scopes, dice }: AdmitRequest): Admission | undefined {
    for (const scope of scopes) {
      const percent = this.#options.percentOf(scope);
      if (percent !== undefined && dice >= percent) return { kind: "switched-off", scope };
    }
    return undefined;
  }

  #rateLimited({ buckets }: AdmitRequest): Admission | undefined {
    let index = -1;
    let longestMs = 0;
    for (const [at, bucket] of buckets.entries()) {
      const waitMs = this.#buckets.waitMs(bucket);
      if (waitMs <= longestMs) continue;
      index = at;
      longestMs = waitMs;
    }
    if (index < 0) return undefined;
    const states = buckets.map((bucket) => this.#buckets.state(bucket));
    return { kind: "rate-limited", index, buckets: states, retryAfterMs: Math.ceil(longestMs) };
  }

  #tooManyAtOnce({ concurrency }: AdmitRequest): Admission | undefined {
    const index = concurrency.findIndex(({ id, max }) => (this.#held.get(id) ?? 0) >= max);
    return index < 0 ? undefined : { kind: "too-many-at-once", index };
  }

  #overBudget({ budgets, boundNanoUsd }: AdmitRequest): Admission | undefined {
    const index = budgets.findIndex(({ id, capNanoUsd }) => {
      const { spentNanoUsd, reservedNanoUsd } = this.#budgets.entry(id);
      return spentNanoUsd + reservedNanoUsd + boundNanoUsd > capNanoUsd;
    });
    const budget = budgets[index];
    return budget === undefined
      ? undefined
      : { kind: "over-budget", index, state: this.#budgetState(budget.id) };
  }

  #budgetState(id: string) {
    const { spentNanoUsd, reservedNanoUsd } = this.#budgets.entry(id);
    return { spentNanoUsd, reservedNanoUsd };
  }

  /** The real cost of a lease that was charged at its bound became known. A lease that nobody knows changes nothing. */
  #correct({ leaseId, costNanoUsd }: SettleRequest): void {
    const lease = this.#reaped.get(leaseId);
    if (lease === undefined) return;
    this.#reaped.delete(leaseId);
    const change = {
      spentNanoUsd: costNanoUsd - lease.boundNanoUsd,
      unconfirmedNanoUsd: -lease.boundNanoUsd,
    };
    for (const budget of lease.budgets) this.#budgets.change(budget, change);
    this.#options.onChange();
  }
}
