import { LRUCache } from "lru-cache";
import { PATHS } from "../contract.ts";
import { GatewayError } from "../errors.ts";
import { describeFault, type Logger } from "../log.ts";
import type { CacheRequestMetrics } from "../metrics/cache-requests.ts";
import { matchesGlob } from "../store/matches-glob.ts";
import type { CachedAnswer } from "./cached-answer.ts";
import type { CacheStatistics, NamedCache } from "./caches.ts";
import { type DatedAnswer, ModelsFile } from "./models-file.ts";

/** A request to `GET /v1/models` or `GET /v1/models/{id}`. */
export interface ModelsRequest {
  /** Path with the query as it goes upstream. */
  readonly path: string;
  readonly headers: Readonly<Record<string, string | string[] | undefined>>;
}

/** Asks the upstream. Any status is an answer. @throws when there is none. */
export type FetchModels = (request: ModelsRequest) => Promise<CachedAnswer>;

interface ModelsCacheOptions {
  /** Base URL of the upstream. What another upstream has answered is never given. */
  readonly baseUrl: string;
  readonly fetch: FetchModels;
  /** Folder for a file that outlives a restart; without it nothing does. */
  readonly dataDir?: string;
  readonly log: Logger;
  readonly metrics: CacheRequestMetrics;
  readonly nowMs?: () => number;
}

const HOUR_MS = 3_600_000;
const FRESH_MS = 24 * HOUR_MS;
const USABLE_MS = 7 * 24 * HOUR_MS;

/** They go on when their callers leave, so that nobody can pile them up. */
const MAX_FETCHES = 4;

const MAX_ENTRIES = 500;
const MAX_BYTES = 4 * 1024 ** 2;
const MAX_ENTRY_BYTES = 1024 ** 2;

/** The parameters of the API's own paging, with values as they occur; others might change what an answer means. */
const PAGING = /^(limit=\d{1,4}|(after_id|before_id)=[A-Za-z0-9._-]{1,128})$/;

/**
 * The upstream's models. An answer is given for 24 hours; an older one, up to 7 days, is given too while a new one is
 * fetched in the background, and stays when that fails.
 */
export class ModelsCache implements NamedCache {
  readonly name = "models";
  readonly #options: ModelsCacheOptions;
  readonly #file: ModelsFile | undefined;
  readonly #fetching = new Map<string, Promise<CachedAnswer>>();
  readonly #counts = { hits: 0, misses: 0, joined: 0, evictions: 0 };
  readonly #entries = new LRUCache<string, DatedAnswer>({
    max: MAX_ENTRIES,
    maxSize: MAX_BYTES,
    sizeCalculation: ({ answer }, key) => answer.body.length + key.length,
    dispose: (_entry, _key, reason) => {
      if (reason === "evict") this.#counts.evictions += 1;
    },
  });
  #generation = 0;

  /** Use `open`, which reads what an earlier process has left. */
  constructor(options: ModelsCacheOptions) {
    this.#options = options;
    const { baseUrl, dataDir, log } = options;
    if (dataDir !== undefined) this.#file = new ModelsFile({ folder: dataDir, baseUrl, log });
  }

  static async open(options: ModelsCacheOptions): Promise<ModelsCache> {
    const cache = new ModelsCache(options);
    for (const [key, entry] of (await cache.#file?.read()) ?? []) cache.#entries.set(key, entry);
    return cache;
  }

  /**
   * The answer to a request, from the cache or from the upstream; undefined when the cache has nothing to do with it.
   * What is fetched here belongs to no caller: one that leaves ends nothing.
   *
   * @throws what `fetch` throws, and {GatewayError} `overloaded` while as many fetches as may be are under way, when there
   *   is no answer to fall back on.
   */
  async get(request: ModelsRequest): Promise<CachedAnswer | undefined> {
    if (!isCacheable(request.path)) {
      this.#options.metrics.counted("models", "bypass");
      return undefined;
    }
    const key = keyOf(request);
    const entry = this.#entries.get(key);
    const ageMs = entry === undefined ? Number.POSITIVE_INFINITY : this.#ageMs(entry);
    if (entry === undefined || ageMs > USABLE_MS) return this.#fetchOrJoin(key, request);
    this.#count("hits", "hit");
    if (ageMs > FRESH_MS) this.#refresh(key, request);
    return entry.answer;
  }

  statistics(): CacheStatistics {
    return { ...this.#counts, entries: this.#entries.size, bytes: this.#entries.calculatedSize };
  }

  /** @param pattern path with query, for example `/v1/models/claude-*`. */
  forget(pattern: string): number {
    this.#generation += 1;
    const matching = [...this.#entries.keys()].filter((key) => matchesGlob(pathOf(key), pattern));
    for (const key of matching) this.#entries.delete(key);
    if (matching.length > 0) this.#write();
    return matching.length;
  }

  /** Settles when what was fetched so far is in the file. */
  async close(): Promise<void> {
    await this.#file?.idle();
  }

  /** A clock that was set back must not make an answer fresh for longer: what comes from the future is old. */
  #ageMs({ fetchedAtMs }: DatedAnswer): number {
    const ageMs = this.#now() - fetchedAtMs;
    return ageMs < 0 ? FRESH_MS + 1 : ageMs;
  }

  #now(): number {
    return (this.#options.nowMs ?? Date.now)();
  }

  #count(count: "hits" | "misses" | "joined", outcome: "hit" | "miss" | "joined"): void {
    this.#counts[count] += 1;
    this.#options.metrics.counted("models", outcome);
  }

  #fetchOrJoin(key: string, request: ModelsRequest): Promise<CachedAnswer> {
    const fetching = this.#fetching.get(key);
    if (fetching !== undefined) {
      this.#count("joined", "joined");
      return fetching;
    }
    this.#count("misses", "miss");
    if (this.#mayFetch) return this.#fetch(key, request);
    throw new GatewayError("overloaded", `At most ${MAX_FETCHES} requests for models are asked at once.`);
  }

  get #mayFetch(): boolean {
    return this.#fetching.size < MAX_FETCHES;
  }

  #refresh(key: string, request: ModelsRequest): void {
    if (this.#fetching.has(key) || !this.#mayFetch) return;
    this.#fetch(key, request).catch((fault: unknown) => {
      this.#options.log.warn(
        { fault: describeFault(fault) },
        "the models could not be fetched anew; the old ones stay",
      );
    });
  }

  #fetch(key: string, request: ModelsRequest): Promise<CachedAnswer> {
    const generation = this.#generation;
    const fetching = this.#options
      .fetch(request)
      .then((answer) => {
        if (generation === this.#generation) this.#take(key, answer);
        return answer;
      })
      .finally(() => this.#fetching.delete(key));
    this.#fetching.set(key, fetching);
    return fetching;
  }

  /** Any other status than these two says nothing about the models. */
  #take(key: string, answer: CachedAnswer): void {
    if (answer.status === 404) {
      if (!this.#entries.delete(key)) return;
    } else if (answer.status === 200 && answer.body.length <= MAX_ENTRY_BYTES) {
      this.#entries.set(key, { answer, fetchedAtMs: this.#now() });
      this.#options.metrics.counted("models", "stored");
    } else {
      return;
    }
    this.#write();
  }

  #write(): void {
    this.#file?.write(() => [...this.#entries.entries()].reverse());
  }
}

function isCacheable(path: string): boolean {
  const { pathname, query } = split(path);
  if (query === undefined) return true;
  return pathname === PATHS.models && query.split("&").every((parameter) => PAGING.test(parameter));
}

function split(path: string): { pathname: string; query: string | undefined } {
  const mark = path.indexOf("?");
  if (mark === -1) return { pathname: path, query: undefined };
  return { pathname: path.slice(0, mark), query: path.slice(mark + 1) };
}

/** The answer's form depends on the API version and on betas. */
function keyOf({ path, headers }: ModelsRequest): string {
  return JSON.stringify([path, headers["anthropic-version"] ?? "", headers["anthropic-beta"] ?? ""]);
}

function pathOf(key: string): string {
  const [path]: [string] = JSON.parse(key);
  return path;
}
