/**
 * What the gateway keeps outside a single request, behind one contract with two adapters: `embedded/` in this process and
 * `redis/` for Valkey or Redis. Both pass the same conformance suite.
 */
import type { Ledger } from "./ledger.ts";

/** The store did not answer, or refused to (read-only replica, full memory, too few replicas). */
export class StoreUnavailableError extends Error {
  constructor(message: string, options?: ErrorOptions) {
    super(message, options);
    this.name = "StoreUnavailableError";
  }
}

/** Rows by id. Small enough to be read whole: API keys, switches, raised budgets. */
export interface Table {
  /** @throws {StoreUnavailableError} */
  all(): Promise<ReadonlyMap<string, string>>;
  /** @throws {StoreUnavailableError} */
  get(id: string): Promise<string | undefined>;
  /**
   * Writes the row and tells every process that watches. Settles once a replica has it, where there are replicas.
   *
   * @throws {StoreUnavailableError} also when the row is in force but no replica has confirmed it: it may be lost again.
   */
  set(id: string, row: string): Promise<void>;
  /**
   * Writes the row as `set` does, if it still is what the caller has read (undefined: not there).
   *
   * @returns whether it was; nothing changes otherwise.
   */
  replace(id: string, before: string | undefined, row: string): Promise<boolean>;
  /** Removes the row and tells every process that watches, as `set` does. @returns whether it was there. */
  delete(id: string): Promise<boolean>;
}

/** Names of the tables. A new one is added here. */
export type TableName = "api-keys" | "switches" | "budget-raises";

/** Entries that may vanish at any time and do so after their time to live. All throw `StoreUnavailableError`. */
export interface CacheStore {
  get(key: string): Promise<Buffer | undefined>;
  set(key: string, value: Buffer, ttlMs: number): Promise<void>;
  /** @param pattern glob with `*`. @returns how many were removed. */
  deleteMatching(pattern: string): Promise<number>;
}

/** What changed, for processes that watch. `connected` says that anything may have: read again. */
export type StoreEvent =
  | { readonly kind: "table"; readonly table: TableName; readonly id: string }
  | { readonly kind: "broadcast"; readonly topic: string; readonly message: string }
  | { readonly kind: "connected" }
  | { readonly kind: "lost" };

/** Usage by hour: what `agentctl usage` shows. */
export interface UsageRow {
  /** Beginning of the hour, ISO 8601 in UTC. */
  readonly hour: string;
  readonly tenant: string;
  readonly agent: string;
  readonly model: string;
  readonly requests: number;
  readonly inputTokens: number;
  readonly outputTokens: number;
  readonly cacheReadTokens: number;
  readonly cacheWriteTokens: number;
  readonly costNanoUsd: number;
}

export interface UsageStore {
  /**
   * Adds to the row of the same hour, tenant, agent and model. Never throws; additions are summed up and sent within about
   * a second, or once the store is back. Rows are kept for 400 days.
   */
  add(row: UsageRow): void;
  /** Rows whose hour lies in `[from, to)`. @throws {StoreUnavailableError} */
  between(from: Date, to: Date): Promise<readonly UsageRow[]>;
}

/** The store of one process. */
export interface Store {
  readonly kind: "embedded" | "redis";
  readonly ledger: Ledger;
  readonly cache: CacheStore;
  readonly usage: UsageStore;
  table(name: TableName): Table;
  /** Tells every process of the region, this one included. Nobody is told twice; who is not connected is not told. */
  broadcast(topic: string, message: string): Promise<void>;
  /** @returns a function that stops listening. */
  watch(listener: (event: StoreEvent) => void): () => void;
  /** Whether commands are answered now. */
  readonly isUp: boolean;
  /** Hands over what is under way, for some seconds at most, and ends. Leases still open are charged at their bound. */
  close(): Promise<void>;
}
