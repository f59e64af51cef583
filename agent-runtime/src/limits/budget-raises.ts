import { z } from "zod";
import type { Table } from "../store/contract.ts";
import type { SharedTable } from "../store/shared-table.ts";
import type { FindRaise } from "./charges.ts";
import type { WindowKind } from "./windows.ts";

const raiseSchema = z.object({
  scope: z.string(),
  window: z.enum(["day", "month"]),
  extraUsd: z.number().positive(),
  untilMs: z.number(),
  by: z.string(),
  reason: z.string(),
  at: z.iso.datetime(),
});

/** More money for one scope and window, until a time, and who granted it why. */
export type BudgetRaiseRow = z.output<typeof raiseSchema>;

export const parseBudgetRaise = (row: string): BudgetRaiseRow => raiseSchema.parse(JSON.parse(row));

const idOf = (scope: string, window: WindowKind) => `${scope}|${window}`;

/** Raised budgets, known to every replica. A new raise of the same scope and window replaces the one before. */
export class BudgetRaises {
  readonly #table: Table;
  readonly #known: Pick<SharedTable<BudgetRaiseRow>, "get" | "entries">;

  constructor(table: Table, known: Pick<SharedTable<BudgetRaiseRow>, "get" | "entries">) {
    this.#table = table;
    this.#known = known;
  }

  readonly find: FindRaise = (scope, window) => this.#known.get(idOf(scope, window));

  list(): BudgetRaiseRow[] {
    return [...this.#known.entries()].map(([, row]) => row);
  }

  /** @throws {StoreUnavailableError} */
  async raise(row: BudgetRaiseRow): Promise<void> {
    await this.#table.set(idOf(row.scope, row.window), JSON.stringify(row));
  }
}
