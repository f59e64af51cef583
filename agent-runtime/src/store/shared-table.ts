import { describeFault, type Logger } from "../log.ts";
import type { Store, StoreEvent, TableName } from "./contract.ts";

/** In case that a change was announced while nobody could hear it. */
const REREAD_INTERVAL_MS = 30_000;

interface SharedTableOptions<Row> {
  readonly store: Store;
  readonly table: TableName;
  /** Throws for a row that it cannot read, which is then skipped. */
  readonly parse: (row: string, id: string) => Row;
  readonly log: Logger;
}

/**
 * A table mirrored in memory, for reading without waiting. It follows every announced change within a moment, reads
 * everything again when the store comes back, and every 30 seconds besides. While the store is away it holds the last
 * known rows; `ageMs` says how old they are.
 */
export class SharedTable<Row> {
  #rows: ReadonlyMap<string, Row> = new Map();
  #contactMs: number | undefined;
  /** One after the other, so that what was read earlier never replaces what was read later. */
  #reading: Promise<void> = Promise.resolve();
  readonly #options: SharedTableOptions<Row>;
  readonly #stopWatching: () => void;
  readonly #timer: NodeJS.Timeout;

  constructor(options: SharedTableOptions<Row>) {
    this.#options = options;
    this.#stopWatching = options.store.watch((event) => this.#heard(event));
    this.#timer = setInterval(() => this.#read(() => this.#readAll()), REREAD_INTERVAL_MS).unref();
    this.#read(() => this.#readAll());
  }

  get(id: string): Row | undefined {
    return this.#rows.get(id);
  }

  entries(): Iterable<readonly [id: string, row: Row]> {
    return this.#rows;
  }

  /** Whether the rows were ever read. */
  get isLoaded(): boolean {
    return this.#contactMs !== undefined;
  }

  /** Since the table was last read, in part or whole: at most about 30 seconds while the store is up. */
  get ageMs(): number {
    return this.#contactMs === undefined ? Number.POSITIVE_INFINITY : performance.now() - this.#contactMs;
  }

  /** Settles when everything heard so far has been read, or could not be. */
  async settled(): Promise<void> {
    await this.#reading;
  }

  close(): void {
    this.#stopWatching();
    clearInterval(this.#timer);
  }

  #heard(event: StoreEvent): void {
    switch (event.kind) {
      case "table":
        if (event.table === this.#options.table) this.#read(() => this.#readOne(event.id));
        break;
      case "connected":
        this.#read(() => this.#readAll());
        break;
      case "broadcast":
      case "lost":
        break;
    }
  }

  #read(read: () => Promise<void>): void {
    const { log, table } = this.#options;
    this.#reading = this.#reading.then(read).catch((fault) => {
      log.warn({ table, fault: describeFault(fault) }, "a table could not be read; the last known rows stay");
    });
  }

  async #readAll(): Promise<void> {
    const { store, table } = this.#options;
    const rows = new Map<string, Row>();
    for (const [id, text] of await store.table(table).all()) this.#put(rows, id, text);
    this.#replace(rows);
  }

  async #readOne(id: string): Promise<void> {
    const { store, table } = this.#options;
    const text = await store.table(table).get(id);
    const rows = new Map(this.#rows);
    rows.delete(id);
    if (text !== undefined) this.#put(rows, id, text);
    this.#replace(rows);
  }

  #put(rows: Map<string, Row>, id: string, text: string): void {
    const { parse, log, table } = this.#options;
    try {
      rows.set(id, parse(text, id));
    } catch (fault) {
      // A message could quote the row, which may hold a secret.
      log.warn(
        { table, id, cause: fault instanceof Error ? fault.name : "" },
        "a row is not readable and is skipped",
      );
    }
  }

  #replace(rows: ReadonlyMap<string, Row>): void {
    this.#rows = rows;
    this.#contactMs = performance.now();
  }
}
