import { expect, it } from "vitest";
import { createCacheRequestMetrics } from "../../../agent-runtime/src/metrics/cache-requests.ts";
import { MetricsRegistry } from "../../../agent-runtime/src/metrics/registry.ts";

it("requests to a cache are counted by cache and outcome", async () => {
  const registry = new MetricsRegistry();
  const { counted } = createCacheRequestMetrics(registry);
  counted("responses", "hit");
  counted("responses", "hit");
  counted("models", "joined");
  const text = await registry.text();
  expect(text).toContain('claude_agent_cache_requests_total{cache="responses",outcome="hit"} 2');
  expect(text).toContain('claude_agent_cache_requests_total{cache="models",outcome="joined"} 1');
});
