import { randomUUID } from "node:crypto";
import type { UsageRow } from "../../../agent-runtime/src/store/contract.ts";
import type { AdmitRequest, BudgetCharge, SettleRequest } from "../../../agent-runtime/src/store/ledger.ts";

/** Refills a token in eleven days, so that what a test takes stays taken. */
export const NEVER_REFILLS = 1e-6;

const HOUR_MS = 3600 * 1000;

export const endOfWindow = () => Date.now() + HOUR_MS;

/** A request that nothing limits, with a lease of its own. */
export function requestFor(changes: Partial<AdmitRequest> = {}): AdmitRequest {
  return {
    leaseId: randomUUID(),
    scopes: [],
    dice: 0,
    boundNanoUsd: 0,
    buckets: [],
    concurrency: [],
    budgets: [],
    ...changes,
  };
}

export function budget(id: string, capNanoUsd: number): BudgetCharge {
  return { id, capNanoUsd, endsAtMs: endOfWindow() };
}

export function settlementOf(
  request: AdmitRequest,
  costNanoUsd: number,
  used = request.buckets.map(({ amount }) => amount),
): SettleRequest {
  const { leaseId, boundNanoUsd, buckets, concurrency, budgets } = request;
  return { leaseId, boundNanoUsd, buckets, concurrency, budgets, costNanoUsd, used };
}

export function usageRow(changes: Partial<UsageRow> = {}): UsageRow {
  return {
    hour: "2026-11-25T10:00:00.000Z",
    tenant: "acme",
    agent: "support",
    model: "claude-sonnet-5-5",
    requests: 1,
    inputTokens: 10,
    outputTokens: 5,
    cacheReadTokens: 3,
    cacheWriteTokens: 2,
    costNanoUsd: 1000,
    ...changes,
  };
}
