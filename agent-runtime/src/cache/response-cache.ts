import { LRUCache } from "lru-cache";
import type { GatewayConfigSource } from "../config/load-gateway-config.ts";
import { HEADERS } from "../contract.ts";
import type { CacheRequestMetrics } from "../metrics/cache-requests.ts";
import type { Store } from "../store/contract.ts";
import { matchesGlob } from "../store/matches-glob.ts";
import { type CacheableRequest, cacheKey, cacheMode, keyPattern } from "./cache-key.ts";
import { type CachedAnswer, decodeAnswer, encodeAnswer, isRepeatable } from "./cached-answer.ts";
import type { CacheStatistics, NamedCache } from "./caches.ts";
import { type Flight, Flights } from "./flights.ts";

/** The caller leads: it asks the upstream, and others may wait for what it gets. Call exactly one of `store` and `abandon`. */
export interface Lead {
  /** Whether others wait. A turn whose caller has left may go on for them. */
  readonly isAwaited: boolean;
  /** Gives the answer to everybody who waits and keeps it, if it is one that may be given again; otherwise as `failed`. */
  store(answer: CachedAnswer): void;
  /** `failed` lets everybody who waits ask on his own; `left`, because the caller has gone, lets one of them lead. */
  abandon(why: "failed" | "left"): void;
}

/** What the cache has for a request. `outcome` is the value of the answer's cache header. */
export type Lookup =
  | { readonly kind: "bypass" }
  | { readonly kind: "hit"; readonly outcome: "hit" | "joined"; readonly answer: CachedAnswer }
  | { readonly kind: "lead"; readonly outcome: "miss"; readonly lead: Lead };

interface ResponseCacheOptions {
  readonly config: Pick<GatewayConfigSource, "current" | "onChange">;
  readonly store: Pick<Store, "cache" | "isUp">;
  readonly metrics: CacheRequestMetrics;
  /** Milliseconds of the wall clock, by which processes agree on the age of what they share. */
  readonly nowMs?: () => number;
}

/** Most bytes that the answers of one process take, however many entries are configured. */
const MAX_BYTES = 32 * 1024 ** 2;

/** What an entry takes besides key and body. */
const ENTRY_OVERHEAD_BYTES = 256;

/** A store that is slower than this is slower than it helps. */
const STORE_PATIENCE_MS = 250;

const STORE_PREFIX = "responses:";
const BYPASS: Lookup = { kind: "bypass" };

/**
 * Answers of `POST /v1/messages` by tenant, API version and exact body: in this process first, then in the store that all
 * processes share. A store that is down, slow or damaged is a miss, never an error.
 */
export class ResponseCache implements NamedCache {
  readonly name = "responses";
  readonly #options: Required<ResponseCacheOptions>;
  readonly #flights = new Flights<CachedAnswer>();
  readonly #counts = { hits: 0, misses: 0, joined: 0, evictions: 0 };
  #agents: ReadonlySet<string> = new Set();
  #entries: LRUCache<string, CachedAnswer>;
  /** Grows with each invalidation: what was asked for before it is not kept after it. */
  #generation = 0;

  constructor(options: ResponseCacheOptions) {
    this.#options = { nowMs: Date.now, ...options };
    this.#entries = this.#configure();
    options.config.onChange(() => {
      const before = this.#entries.dump();
      this.#entries = this.#configure();
      this.#entries.load(before);
    });
  }

  /**
   * What the cache has for a request; waits when the same one is under way.
   *
   * @throws {GatewayError} `invalid_request` when the cache header has another value than `use`, `refresh` and `off`.
   * @throws the signal's reason when it is aborted meanwhile.
   */
  async lookup(request: CacheableRequest, signal: AbortSignal): Promise<Lookup> {
    const mode = cacheMode(request.headers[HEADERS.cache], this.#agents.has(request.agent));
    if (mode === "off") return BYPASS;
    if (request.streams || request.usesServerTools) return this.#bypass();
    const key = cacheKey(request);
    if (mode === "refresh") return this.#miss(key, this.#flights.lead(key));
    const held = this.#entries.get(key);
    if (held !== undefined) return this.#hit(held);
    const boarding = await this.#flights.board(key, signal);
    if (boarding.kind === "joined") return this.#join(boarding.value);
    const stored = await this.#readStore(key);
    if (stored === undefined) return this.#miss(key, boarding.flight);
    boarding.flight.land(stored);
    return this.#hit(stored);
  }

  statistics(): CacheStatistics {
    this.#entries.purgeStale();
    return { ...this.#counts, entries: this.#entries.size, bytes: this.#entries.calculatedSize };
  }

  /** @param pattern tenant/model/agent, each with `*` for any characters; what is left out at the end is any. */
  forget(pattern: string): number {
    const glob = keyPattern(pattern);
    this.#generation += 1;
    const matching = [...this.#entries.keys()].filter((key) => matchesGlob(key, glob));
    for (const key of matching) this.#entries.delete(key);
    return matching.length;
  }

  forgetShared(pattern: string): Promise<number> {
    return this.#options.store.cache.deleteMatching(STORE_PREFIX + keyPattern(pattern));
  }

  /** Invalidations may have been missed while the store was away. What is in the store was deleted there. */
  resync(): void {
    this.#generation += 1;
    this.#entries.clear();
  }

  get #config() {
    return this.#options.config.current.cache;
  }

  #configure(): LRUCache<string, CachedAnswer> {
    const { agents, maxEntries, ttlSeconds } = this.#config;
    this.#agents = new Set(agents);
    return new LRUCache({
      max: maxEntries,
      maxSize: MAX_BYTES,
      ttl: ttlSeconds * 1000,
      perf: { now: () => performance.now() },
      sizeCalculation: ({ body }, key) => body.length + key.length + ENTRY_OVERHEAD_BYTES,
      dispose: (_answer, _key, reason) => {
        if (reason === "evict") this.#counts.evictions += 1;
      },
    });
  }

  #bypass(): Lookup {
    this.#options.metrics.counted("responses", "bypass");
    return BYPASS;
  }

  #hit(answer: CachedAnswer): Lookup {
    this.#counts.hits += 1;
    this.#options.metrics.counted("responses", "hit");
    return { kind: "hit", outcome: "hit", answer };
  }

  #join(answer: CachedAnswer): Lookup {
    this.#counts.joined += 1;
    this.#options.metrics.counted("responses", "joined");
    return { kind: "hit", outcome: "joined", answer };
  }

  #miss(key: string, flight: Flight<CachedAnswer>): Lookup {
    this.#counts.misses += 1;
    this.#options.metrics.counted("responses", "miss");
    const generation = this.#generation;
    const lead: Lead = {
      get isAwaited() {
        return flight.isAwaited;
      },
      abandon: (why) => flight.abandon(why),
      store: (answer) => {
        if (!isRepeatable(answer)) return flight.abandon("failed");
        if (generation === this.#generation) this.#keep(key, answer);
        flight.land(answer);
      },
    };
    return { kind: "lead", outcome: "miss", lead };
  }

  #keep(key: string, answer: CachedAnswer): void {
    const { maxEntryBytes, ttlSeconds } = this.#config;
    if (answer.body.length > maxEntryBytes) return;
    const { metrics, nowMs, store } = this.#options;
    this.#entries.set(key, answer);
    metrics.counted("responses", "stored");
    if (!store.isUp) return;
    const bytes = encodeAnswer({ answer, storedAtMs: nowMs() });
    store.cache.set(STORE_PREFIX + key, bytes, ttlSeconds * 1000).catch(() => undefined);
  }

  /** What is held here afterwards ends when the entry in the store does. */
  async #readStore(key: string): Promise<CachedAnswer | undefined> {
    const { nowMs, store } = this.#options;
    if (!store.isUp) return undefined;
    const generation = this.#generation;
    const bytes = await orUndefined(store.cache.get(STORE_PREFIX + key), STORE_PATIENCE_MS);
    const stored = bytes === undefined ? undefined : decodeAnswer(bytes);
    if (stored === undefined || generation !== this.#generation) return undefined;
    const ttlMs = this.#config.ttlSeconds * 1000;
    const ttl = Math.min(ttlMs, stored.storedAtMs + ttlMs - nowMs());
    if (ttl <= 0) return undefined;
    this.#entries.set(key, stored.answer, { ttl });
    return stored.answer;
  }
}

/** The value, or undefined when there is none within `ms` or the promise is rejected. */
async function orUndefined<T>(promise: Promise<T>, ms: number): Promise<T | undefined> {
  const { promise: tooLate, resolve } = Promise.withResolvers<undefined>();
  const timer = setTimeout(() => resolve(undefined), ms);
  const settled = promise.catch(() => undefined);
  try {
    return await Promise.race([settled, tooLate]);
  } finally {
    clearTimeout(timer);
  }
}
