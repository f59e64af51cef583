import { z } from "zod";
import { GatewayError } from "../errors.ts";
import { describeFault, type Logger } from "../log.ts";
import type { Store, StoreEvent } from "../store/contract.ts";

/** What a cache of this process has done since it started, and what it holds now. */
export interface CacheStatistics {
  readonly hits: number;
  readonly misses: number;
  /** Requests that took the answer of another one that was under way. */
  readonly joined: number;
  readonly entries: number;
  readonly bytes: number;
  /** Entries that left for lack of room; what ended by its age is not among them. */
  readonly evictions: number;
}

/** A cache that operators can look into and empty. */
export interface NamedCache {
  readonly name: string;
  statistics(): CacheStatistics;
  /**
   * Drops matching entries of this process, and what is being fetched for it now is not kept.
   *
   * @param pattern glob with `*`; what it is matched with is the cache's own matter.
   * @throws {GatewayError} `invalid_request` for a pattern that the cache cannot read.
   */
  forget(pattern: string): number;
  /** Drops matching entries that all processes share. @throws {StoreUnavailableError} */
  forgetShared?(pattern: string): Promise<number>;
  /** Calls of `forget` may have been missed. */
  resync?(): void;
}

/** Which entries to drop. */
export interface Invalidation {
  /** Name of one cache; absent: all of them. */
  readonly cache?: string;
  /** Absent: every entry. */
  readonly pattern?: string;
}

const TOPIC = "caches:invalidate";
const MAX_PATTERN_LENGTH = 1_024;
const EVERYTHING = "*";

const invalidationSchema = z.strictObject({
  cache: z.string().max(64).exactOptional(),
  pattern: z.string().min(1).max(MAX_PATTERN_LENGTH).exactOptional(),
});

interface CachesOptions {
  readonly store: Pick<Store, "broadcast" | "watch">;
  readonly log: Logger;
}

/** The register of the process's caches. An invalidation reaches every process of the region. */
export class Caches {
  readonly #caches = new Map<string, NamedCache>();
  readonly #store: CachesOptions["store"];
  readonly #log: Logger;
  readonly #stopWatching: () => void;

  constructor({ store, log }: CachesOptions) {
    this.#store = store;
    this.#log = log;
    this.#stopWatching = store.watch((event) => this.#onStoreEvent(event));
  }

  add(cache: NamedCache): void {
    if (this.#caches.has(cache.name)) throw new Error(`there is a cache named ${cache.name} already`);
    this.#caches.set(cache.name, cache);
  }

  /** Statistics of this process, by name of the cache. */
  statistics(): Readonly<Record<string, CacheStatistics>> {
    return Object.fromEntries([...this.#caches.values()].map((cache) => [cache.name, cache.statistics()]));
  }

  /**
   * Drops entries in every process of the region.
   *
   * @returns how many left: those of this process, or those that all share where there are more of these.
   * @throws {GatewayError} `invalid_request` for an unknown cache or a pattern that it cannot read; nothing is dropped.
   * @throws {StoreUnavailableError} when the other processes could not be told; this one has dropped its entries.
   */
  async invalidate({ cache, pattern = EVERYTHING }: Invalidation): Promise<number> {
    const caches = this.#named(cache);
    if (pattern === "" || pattern.length > MAX_PATTERN_LENGTH) {
      throw new GatewayError("invalid_request", `A pattern has 1 to ${MAX_PATTERN_LENGTH} characters.`);
    }
    const own = caches.map((found) => found.forget(pattern));
    const shared = await Promise.all(caches.map((found) => found.forgetShared?.(pattern)));
    await this.#store.broadcast(
      TOPIC,
      JSON.stringify(cache === undefined ? { pattern } : { cache, pattern }),
    );
    return own.reduce((sum, count, index) => sum + Math.max(count, shared[index] ?? 0), 0);
  }

  close(): void {
    this.#stopWatching();
  }

  #named(name: string | undefined): NamedCache[] {
    if (name === undefined) return [...this.#caches.values()];
    const found = this.#caches.get(name);
    if (found !== undefined) return [found];
    const names = [...this.#caches.keys()].join(", ");
    throw new GatewayError("invalid_request", `There is no cache of this name. Name one of: ${names}.`);
  }

  #onStoreEvent(event: StoreEvent): void {
    switch (event.kind) {
      case "connected":
        for (const cache of this.#caches.values()) cache.resync?.();
        break;
      case "broadcast":
        if (event.topic === TOPIC) this.#obey(event.message);
        break;
      case "table":
      case "lost":
        break;
    }
  }

  /** A process of another version may know caches that this one does not. */
  #obey(message: string): void {
    try {
      const { cache, pattern = EVERYTHING } = invalidationSchema.parse(JSON.parse(message));
      const caches = cache === undefined ? [...this.#caches.values()] : [this.#caches.get(cache)];
      for (const found of caches) found?.forget(pattern);
    } catch (fault) {
      this.#log.warn({ fault: describeFault(fault) }, "an invalidation of caches could not be read");
    }
  }
}
