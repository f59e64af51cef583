import path from "node:path";
import { z } from "zod";
import type { Logger } from "../../log.ts";
import type { Store, StoreEvent, Table, TableName } from "../contract.ts";
import { EventListeners } from "../event-listeners.ts";
import { switchPercent } from "../switch-percent.ts";
import { EmbeddedCache } from "./embedded-cache.ts";
import { EmbeddedLedger } from "./embedded-ledger.ts";
import { EmbeddedTable } from "./embedded-table.ts";
import { type LedgerSnapshot, ledgerSnapshotSchema } from "./ledger-snapshot.ts";
import { SnapshotFile } from "./snapshot-file.ts";
import { UsageDays } from "./usage-days.ts";

const SWEEP_INTERVAL_MS = 60_000;

const tablesSchema = z.record(z.string(), z.record(z.string(), z.string()));
type Tables = z.output<typeof tablesSchema>;

interface EmbeddedStoreOptions {
  readonly log: Logger;
  /** Where tables, budgets and usage outlive the process; nothing does when absent. One process at a time may use it. */
  readonly dataDir?: string;
}

/** The store of a single process, in its memory. Always up. */
export class EmbeddedStore implements Store {
  readonly kind = "embedded";
  readonly isUp = true;
  readonly cache = new EmbeddedCache();
  readonly ledger: EmbeddedLedger;
  readonly usage: UsageDays;
  readonly #listeners: EventListeners;
  readonly #rows = new Map<TableName, Map<string, string>>();
  /** Parsed once, because every request asks. */
  readonly #percents = new Map<string, number>();
  readonly #tablesFile: SnapshotFile<Tables> | undefined;
  readonly #ledgerFile: SnapshotFile<LedgerSnapshot> | undefined;
  readonly #sweepTimer: NodeJS.Timeout;

  constructor({ log, dataDir }: EmbeddedStoreOptions) {
    const folder = dataDir === undefined ? undefined : path.join(dataDir, "store");
    this.#listeners = new EventListeners(log);
    this.ledger = new EmbeddedLedger({
      percentOf: (scope) => this.#percents.get(scope),
      onChange: () => this.#ledgerFile?.changed(),
    });
    this.usage = new UsageDays(folder && path.join(folder, "usage"), log);
    if (folder !== undefined) {
      this.#tablesFile = new SnapshotFile({
        file: path.join(folder, "tables.json"),
        schema: tablesSchema,
        log,
        content: () => this.#tables(),
      });
      this.#ledgerFile = new SnapshotFile({
        file: path.join(folder, "ledger.json"),
        schema: ledgerSnapshotSchema,
        log,
        content: () => this.ledger.snapshot(),
      });
      this.#restore();
    }
    this.#sweepTimer = setInterval(() => void this.#sweep(), SWEEP_INTERVAL_MS).unref();
  }

  table(name: TableName): Table {
    return new EmbeddedTable(this.#rowsOf(name), (id) => this.#changed(name, id));
  }

  async broadcast(topic: string, message: string): Promise<void> {
    this.#listeners.tell({ kind: "broadcast", topic, message });
  }

  watch(listener: (event: StoreEvent) => void): () => void {
    return this.#listeners.add(listener);
  }

  /** Writes what has changed. */
  async close(): Promise<void> {
    clearInterval(this.#sweepTimer);
    await Promise.all([this.#tablesFile?.flush(), this.#ledgerFile?.flush(), this.usage.flush()]);
  }

  #rowsOf(name: TableName): Map<string, string> {
    const known = this.#rows.get(name);
    if (known !== undefined) return known;
    const rows = new Map<string, string>();
    this.#rows.set(name, rows);
    return rows;
  }

  #changed(table: TableName, id: string): void {
    if (table === "switches") this.#readSwitch(id);
    this.#tablesFile?.changed();
    this.#listeners.tell({ kind: "table", table, id });
  }

  #readSwitch(scope: string): void {
    const row = this.#rowsOf("switches").get(scope);
    if (row === undefined) this.#percents.delete(scope);
    else this.#percents.set(scope, switchPercent(row));
  }

  #tables(): Tables {
    return Object.fromEntries([...this.#rows].map(([name, rows]) => [name, Object.fromEntries(rows)]));
  }

  #restore(): void {
    for (const [name, rows] of Object.entries(this.#tablesFile?.load() ?? {})) {
      // A table of another version is carried along.
      this.#rows.set(name as TableName, new Map(Object.entries(rows)));
    }
    for (const scope of this.#rows.get("switches")?.keys() ?? []) this.#readSwitch(scope);
    const ledger = this.#ledgerFile?.load();
    if (ledger !== undefined) this.ledger.restore(ledger);
  }

  async #sweep(): Promise<void> {
    this.ledger.sweep();
    await this.usage.sweep();
  }
}
