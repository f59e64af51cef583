import type { CacheableRequest } from "../../../agent-runtime/src/cache/cache-key.ts";
import type { CachedAnswer } from "../../../agent-runtime/src/cache/cached-answer.ts";
import {
  DEFAULT_GATEWAY_CONFIG,
  type GatewayConfig,
} from "../../../agent-runtime/src/config/gateway-config.ts";
import { createCacheRequestMetrics } from "../../../agent-runtime/src/metrics/cache-requests.ts";
import { MetricsRegistry } from "../../../agent-runtime/src/metrics/registry.ts";
import {
  type CacheStore,
  type StoreEvent,
  StoreUnavailableError,
} from "../../../agent-runtime/src/store/contract.ts";
import { matchesGlob } from "../../../agent-runtime/src/store/matches-glob.ts";

/** One store for several processes, as far as caches use it. */
export class SharedStore implements CacheStore {
  readonly entries = new Map<string, Buffer>();
  readonly listeners = new Set<(event: StoreEvent) => void>();
  readonly cache: CacheStore = this;
  isUp = true;
  /** What `get` waits for. */
  gate: Promise<void> = Promise.resolve();
  reads = 0;

  async get(key: string): Promise<Buffer | undefined> {
    this.reads += 1;
    await this.gate;
    this.#refuseWhenDown();
    return this.entries.get(key);
  }

  async set(key: string, value: Buffer): Promise<void> {
    this.#refuseWhenDown();
    this.entries.set(key, value);
  }

  async deleteMatching(pattern: string): Promise<number> {
    this.#refuseWhenDown();
    const keys = [...this.entries.keys()].filter((key) => matchesGlob(key, pattern));
    for (const key of keys) this.entries.delete(key);
    return keys.length;
  }

  async broadcast(topic: string, message: string): Promise<void> {
    this.#refuseWhenDown();
    this.emit({ kind: "broadcast", topic, message });
  }

  watch(listener: (event: StoreEvent) => void): () => void {
    this.listeners.add(listener);
    return () => this.listeners.delete(listener);
  }

  emit(event: StoreEvent): void {
    for (const listener of this.listeners) listener(event);
  }

  #refuseWhenDown(): void {
    if (!this.isUp) throw new StoreUnavailableError("down");
  }
}

/** A configuration whose `cache` section tests change. */
export function cacheConfig(cache: Partial<GatewayConfig["cache"]> = {}) {
  const listeners: ((config: GatewayConfig) => void)[] = [];
  const withCache = (part: Partial<GatewayConfig["cache"]>): GatewayConfig => ({
    ...DEFAULT_GATEWAY_CONFIG,
    cache: { ...DEFAULT_GATEWAY_CONFIG.cache, ...part },
  });
  return {
    current: withCache(cache),
    onChange(listener: (config: GatewayConfig) => void) {
      listeners.push(listener);
      return () => undefined;
    },
    change(part: Partial<GatewayConfig["cache"]>) {
      this.current = withCache(part);
      for (const listener of listeners) listener(this.current);
    },
  };
}

export function cacheMetrics() {
  const registry = new MetricsRegistry();
  const metrics = createCacheRequestMetrics(registry);
  return {
    metrics,
    async count(cache: string, outcome: string): Promise<number> {
      const sample = `claude_agent_cache_requests_total{cache="${cache}",outcome="${outcome}"} `;
      const line = (await registry.text()).split("\n").find((text) => text.startsWith(sample));
      return Number(line?.slice(sample.length) ?? 0);
    },
  };
}

/** A request that asks for the cache. */
export function request(fields: Partial<CacheableRequest> = {}): CacheableRequest {
  return {
    tenant: "acme",
    agent: "support",
    model: "claude-sonnet-5-5",
    path: "/v1/messages",
    headers: { "x-claude-agent-cache": "use", "anthropic-version": "2023-06-01" },
    body: Buffer.from('{"model":"claude-sonnet-5-5","messages":[]}'),
    streams: false,
    usesServerTools: false,
    ...fields,
  };
}

export function answer(text: string, fields: object = {}, status = 200): CachedAnswer {
  const message = { type: "message", stop_reason: "end_turn", content: [{ type: "text", text }], ...fields };
  return { status, contentType: "application/json", body: Buffer.from(JSON.stringify(message)) };
}

/** A signal that nobody aborts. */
export const patient = () => new AbortController().signal;
