import type { Table } from "../contract.ts";

/** Rows in this process. */
export class EmbeddedTable implements Table {
  readonly #rows: Map<string, string>;
  readonly #onChange: (id: string) => void;

  /** @param rows what the table begins with. */
  constructor(rows: Map<string, string>, onChange: (id: string) => void) {
    this.#rows = rows;
    this.#onChange = onChange;
  }

  async all(): Promise<ReadonlyMap<string, string>> {
    return new Map(this.#rows);
  }

  async get(id: string): Promise<string | undefined> {
    return this.#rows.get(id);
  }

  async set(id: string, row: string): Promise<void> {
    this.#rows.set(id, row);
    this.#onChange(id);
  }

  async replace(id: string, before: string | undefined, row: string): Promise<boolean> {
    if (this.#rows.get(id) !== before) return false;
    await this.set(id, row);
    return true;
  }

  async delete(id: string): Promise<boolean> {
    const wasThere = this.#rows.delete(id);
    if (wasThere) this.#onChange(id);
    return wasThere;
  }
}
