import { z } from "zod";
import { loadModels, type ModelCatalogue } from "../gateway/models.ts";
import type { Table } from "../store/contract.ts";
import { splitScope } from "./charges.ts";

const MAX_HISTORY = 100;

const useSchema = z.object({
  at: z.iso.datetime(),
  by: z.string(),
  reason: z.string(),
  from: z.int().min(0).max(100),
  to: z.int().min(0).max(100),
});

/** Row of the table `switches`. The ledger reads `percent` of the same row. */
const switchSchema = z.object({ percent: z.int().min(0).max(100), history: z.array(useSchema) });

/** One use of a switch. */
export type SwitchUse = z.output<typeof useSchema>;

export interface Switch {
  /** `fleet`, `tenant:acme`, `agent:support` or `model:claude-opus-5-5`. */
  readonly scope: string;
  /** How many of a hundred conversations pass: 0 stops all, 100 none. */
  readonly percent: number;
  readonly history: readonly SwitchUse[];
}

/** Whether a scope can have a switch. */
export function isSwitchScope(scope: string): boolean {
  const [kind, name] = splitScope(scope);
  if (kind === "fleet") return scope === "fleet";
  return ["tenant", "agent", "model"].includes(kind) && /^[A-Za-z0-9][A-Za-z0-9._-]{0,127}$/.test(name);
}

interface SwitchesOptions {
  /** Finds the id of a model, by which its switch goes, where an alias is named; those of this build when absent. */
  readonly models?: Pick<ModelCatalogue, "find">;
  readonly now?: () => Date;
}

/** Kill switches by scope: effective on every replica with its next request, because the ledger asks for them. */
export class Switches {
  readonly #table: Table;
  readonly #models: Pick<ModelCatalogue, "find">;
  readonly #now: () => Date;
  /** One use after the other, so that they take effect in the order in which they are asked for. */
  #lastUse: Promise<unknown> = Promise.resolve();

  constructor(table: Table, { models, now }: SwitchesOptions = {}) {
    this.#table = table;
    this.#models = models ?? loadModels();
    this.#now = now ?? (() => new Date());
  }

  /** @throws {StoreUnavailableError} */
  async list(): Promise<Switch[]> {
    return [...(await this.#table.all())].map(([scope, row]) => ({ scope, ...parseRow(row) }));
  }

  /**
   * Lets `percent` of a scope's conversations pass from now on, and records who did so and why. Of uses at the same
   * time, through whatever process, each is in the history and the last one counts.
   *
   * @throws {StoreUnavailableError} when it is not certain that every replica will see it.
   */
  set(scope: string, percent: number, use: Pick<SwitchUse, "by" | "reason">): Promise<Switch> {
    const turned = this.#lastUse.then(() => this.#turn(this.#withId(scope), percent, use));
    this.#lastUse = turned.catch(() => undefined);
    return turned;
  }

  /** Through another process the same scope may be turned meanwhile. */
  async #turn(id: string, percent: number, use: Pick<SwitchUse, "by" | "reason">): Promise<Switch> {
    for (;;) {
      const row = await this.#table.get(id);
      const before = row === undefined ? { percent: 100, history: [] } : parseRow(row);
      const entry = { at: this.#now().toISOString(), ...use, from: before.percent, to: percent };
      const after = { percent, history: [entry, ...before.history].slice(0, MAX_HISTORY) };
      if (await this.#table.replace(id, row, JSON.stringify(after))) return { scope: id, ...after };
    }
  }

  #withId(scope: string): string {
    const [kind, name] = splitScope(scope);
    return kind === "model" ? `model:${this.#models.find(name)?.id ?? name}` : scope;
  }
}

const parseRow = (row: string) => switchSchema.parse(JSON.parse(row));
