import { LRUCache } from "lru-cache";
import type { CacheStore } from "../contract.ts";
import { matchesGlob } from "../matches-glob.ts";

const MAX_ENTRIES = 10_000;
const MAX_BYTES = 64 * 1024 ** 2;

/** Entries in this process, the longest unused of which leave first. */
export class EmbeddedCache implements CacheStore {
  readonly #entries = new LRUCache<string, Buffer>({
    max: MAX_ENTRIES,
    maxSize: MAX_BYTES,
    // An empty value still holds a key.
    sizeCalculation: (value, key) => value.length + key.length + 1,
  });

  async get(key: string): Promise<Buffer | undefined> {
    return this.#entries.get(key);
  }

  async set(key: string, value: Buffer, ttlMs: number): Promise<void> {
    this.#entries.set(key, value, { ttl: Math.max(1, Math.ceil(ttlMs)) });
  }

  async deleteMatching(pattern: string): Promise<number> {
    let removed = 0;
    for (const key of [...this.#entries.keys()]) {
      if (matchesGlob(key, pattern) && this.#entries.delete(key)) removed += 1;
    }
    return removed;
  }
}
