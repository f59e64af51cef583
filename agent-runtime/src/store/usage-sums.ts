import { z } from "zod";
import type { UsageRow } from "./contract.ts";

const count = z.number().nonnegative();

export const usageRowSchema: z.ZodType<UsageRow> = z.object({
  hour: z.string(),
  tenant: z.string(),
  agent: z.string(),
  model: z.string(),
  requests: count,
  inputTokens: count,
  outputTokens: count,
  cacheReadTokens: count,
  cacheWriteTokens: count,
  costNanoUsd: count,
});

type Sum = { -readonly [K in keyof UsageRow]: UsageRow[K] };

/** Usage rows in memory, one for each hour, tenant, agent and model. */
export class UsageSums {
  readonly #sums = new Map<string, Sum>();

  add(row: UsageRow): void {
    const key = `${row.hour}\0${row.tenant}\0${row.agent}\0${row.model}`;
    const sum = this.#sums.get(key);
    if (sum === undefined) {
      this.#sums.set(key, { ...row });
      return;
    }
    sum.requests += row.requests;
    sum.inputTokens += row.inputTokens;
    sum.outputTokens += row.outputTokens;
    sum.cacheReadTokens += row.cacheReadTokens;
    sum.cacheWriteTokens += row.cacheWriteTokens;
    sum.costNanoUsd += row.costNanoUsd;
  }

  get size(): number {
    return this.#sums.size;
  }

  rows(): readonly UsageRow[] {
    return [...this.#sums.values()];
  }
}
