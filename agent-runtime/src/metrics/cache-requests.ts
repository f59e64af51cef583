import { METRICS } from "../contract.ts";
import type { CounterChild, MetricSpec, MetricsRegistry } from "./registry.ts";

const CACHES = ["responses", "models"] as const;
const OUTCOMES = ["hit", "miss", "bypass", "stored", "joined"] as const;

type CacheName = (typeof CACHES)[number];
type CacheOutcome = (typeof OUTCOMES)[number];

export const CACHE_REQUESTS_TOTAL = {
  name: METRICS.cacheRequestsTotal,
  type: "counter",
  help: "Requests to a cache by outcome: hit, miss, joined (took the answer of another request under way) or bypass (asked for, but not a request to cache); and answers stored.",
  labels: ["cache", "outcome"],
} as const satisfies MetricSpec;

export interface CacheRequestMetrics {
  counted(cache: CacheName, outcome: CacheOutcome): void;
}

export function createCacheRequestMetrics(registry: MetricsRegistry): CacheRequestMetrics {
  const total = registry.counter(CACHE_REQUESTS_TOTAL);
  const ofCache = (cache: CacheName) =>
    Object.fromEntries(OUTCOMES.map((outcome) => [outcome, total.with({ cache, outcome })])) as Record<
      CacheOutcome,
      CounterChild
    >;
  const children = { responses: ofCache("responses"), models: ofCache("models") };
  return { counted: (cache, outcome) => children[cache][outcome].inc() };
}
