import { StoreUnavailableError, type UsageRow } from "../contract.ts";
import type { Admission, AdmitRequest, BucketState, BudgetState, SettleRequest } from "../ledger.ts";

const USAGE_KEPT_MS = 400 * 24 * 3600 * 1000;

/** The figures of a usage row, in the order in which they are sent. */
export const USAGE_FIGURES = [
  "requests",
  "inputTokens",
  "outputTokens",
  "cacheReadTokens",
  "cacheWriteTokens",
  "costNanoUsd",
] as const satisfies (keyof UsageRow)[];

/** Which operation of which process. */
interface Sender {
  readonly process: string;
  readonly number: number;
}

export function admitMessage({ process, number }: Sender, request: AdmitRequest): string {
  return JSON.stringify({
    p: process,
    n: number,
    l: request.leaseId,
    s: request.scopes,
    d: request.dice,
    b: request.boundNanoUsd,
    t: request.buckets.map((bucket) => [bucket.id, bucket.capacity, bucket.refillPerSecond, bucket.amount]),
    c: request.concurrency.map(({ id, max }) => [id, max]),
    m: request.budgets.map(({ id, endsAtMs, capNanoUsd }) => [id, endsAtMs, capNanoUsd]),
  });
}

/** @param isHeld whether this process was admitted with the lease and has not settled it before. */
export function settleMessage({ process, number }: Sender, request: SettleRequest, isHeld: boolean): string {
  return JSON.stringify({
    p: process,
    n: number,
    l: request.leaseId,
    x: request.costNanoUsd,
    u: request.used,
    h: isHeld,
    m: request.budgets.map(({ id, endsAtMs }) => [id, endsAtMs]),
  });
}

export function usageMessage({ process, number }: Sender, rows: readonly UsageRow[]): string {
  return JSON.stringify({
    p: process,
    n: number,
    f: USAGE_FIGURES,
    r: rows.map((row) => [
      row.hour,
      Date.parse(row.hour) + USAGE_KEPT_MS,
      JSON.stringify([row.tenant, row.agent, row.model]),
      ...USAGE_FIGURES.map((figure) => Math.round(row[figure])),
    ]),
  });
}

type Numbers = readonly number[];

/** Reads the answer of the script. It is our own, so that its shape is not looked at twice. */
export function readAdmission(reply: unknown, { scopes }: AdmitRequest): Admission {
  const [kind, first, second, third] = reply as [string, ...unknown[]];
  switch (kind) {
    case "admitted":
      return { kind, buckets: bucketStates(first as Numbers), budgets: budgetStates(second as Numbers) };
    case "switched-off":
      return { kind, scope: scopes[first as number] ?? "" };
    case "rate-limited":
      return {
        kind,
        index: first as number,
        retryAfterMs: second as number,
        buckets: bucketStates(third as Numbers),
      };
    case "too-many-at-once":
      return { kind, index: first as number };
    case "over-budget": {
      const state = { spentNanoUsd: second as number, reservedNanoUsd: third as number };
      return { kind, index: first as number, state };
    }
    default:
      throw new StoreUnavailableError(`The store gave an answer that is not understood: ${kind}`);
  }
}

function bucketStates(numbers: Numbers): BucketState[] {
  const states: BucketState[] = [];
  for (let at = 0; at < numbers.length; at += 2) {
    states.push({ remaining: numbers[at] ?? 0, fullInMs: numbers[at + 1] ?? 0 });
  }
  return states;
}

function budgetStates(numbers: Numbers): BudgetState[] {
  const states: BudgetState[] = [];
  for (let at = 0; at < numbers.length; at += 2) {
    states.push({ spentNanoUsd: numbers[at] ?? 0, reservedNanoUsd: numbers[at + 1] ?? 0 });
  }
  return states;
}
