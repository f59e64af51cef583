import { z } from "zod";

const window = z.object({ id: z.string(), endsAtMs: z.number() });
const lease = z.object({
  leaseId: z.string(),
  boundNanoUsd: z.number(),
  budgets: z.array(window).readonly(),
});

/** What of a ledger outlives its process. Reserved sums follow from the open leases. */
export const ledgerSnapshotSchema = z.object({
  budgets: z.array(
    z.object({
      id: z.string(),
      spentNanoUsd: z.number(),
      unconfirmedNanoUsd: z.number(),
      endsAtMs: z.number(),
    }),
  ),
  leases: z.array(lease),
  reaped: z.array(lease.extend({ untilMs: z.number() })),
});

export type LedgerSnapshot = z.output<typeof ledgerSnapshotSchema>;
