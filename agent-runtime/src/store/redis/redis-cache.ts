import type { CacheStore } from "../contract.ts";
import { KEY_TAG } from "./ledger-script.ts";
import type { StoreLink } from "./store-link.ts";
import type { RedisTimings } from "./timings.ts";
import { within } from "./within.ts";

const PREFIX = `${KEY_TAG}:cache:`;
const SCAN_COUNT = "500";

interface RedisCacheOptions {
  readonly link: StoreLink;
  readonly timings: RedisTimings;
}

/** Entries that the store forgets by itself. */
export class RedisCache implements CacheStore {
  readonly #options: RedisCacheOptions;

  constructor(options: RedisCacheOptions) {
    this.#options = options;
  }

  async get(key: string): Promise<Buffer | undefined> {
    const { general } = await this.#options.link.ready();
    const reply = await within(general.sendForBytes(["GET", PREFIX + key]), this.#options.timings.commandMs);
    return (reply as Buffer | null) ?? undefined;
  }

  async set(key: string, value: Buffer, ttlMs: number): Promise<void> {
    const { general } = await this.#options.link.ready();
    const ttl = String(Math.max(1, Math.ceil(ttlMs)));
    await within(general.send(["SET", PREFIX + key, value, "PX", ttl]), this.#options.timings.commandMs);
  }

  async deleteMatching(pattern: string): Promise<number> {
    const { link, timings } = this.#options;
    const { general } = await link.ready();
    const match = PREFIX.replace(/[{}]/g, "\\$&") + pattern.replace(/[\\?[\]^-]/g, "\\$&");
    let removed = 0;
    let cursor = "0";
    do {
      const scan = general.send(["SCAN", cursor, "MATCH", match, "COUNT", SCAN_COUNT]);
      const [next, keys] = (await within(scan, timings.commandMs)) as [string, string[]];
      cursor = next;
      if (keys.length > 0)
        removed += Number(await within(general.send(["UNLINK", ...keys]), timings.commandMs));
    } while (cursor !== "0");
    return removed;
  }
}
