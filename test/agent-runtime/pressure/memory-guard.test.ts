import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import { createMemoryUsedMetrics } from "../../../agent-runtime/src/metrics/memory-used.ts";
import { MetricsRegistry } from "../../../agent-runtime/src/metrics/registry.ts";
import { MemoryGuard, type MemoryPressure } from "../../../agent-runtime/src/pressure/memory-guard.ts";

const SAMPLE_MS = 1_000;

beforeEach(() => {
  vi.useFakeTimers();
});

afterEach(() => {
  vi.useRealTimers();
});

function testGuard() {
  const registry = new MetricsRegistry();
  const warnings: MemoryPressure[] = [];
  const exhausted: MemoryPressure[] = [];
  let reading = { heapBytes: 0, heapLimitBytes: 100, rssBytes: 0, rssLimitBytes: 1_000 };
  const guard = new MemoryGuard({
    metrics: createMemoryUsedMetrics(registry),
    onWarning: (pressure) => warnings.push(pressure),
    onExhausted: (pressure) => exhausted.push(pressure),
    read: () => reading,
  });
  const see = (fields: Partial<typeof reading>, samples = 1) => {
    reading = { ...reading, ...fields };
    vi.advanceTimersByTime(samples * SAMPLE_MS);
  };
  return { guard, warnings, exhausted, see, metricsText: () => registry.text() };
}

describe("the memory guard", () => {
  it("publishes the use of heap and resident memory by their limits", async () => {
    const { see, metricsText } = testGuard();
    see({ heapBytes: 25, rssBytes: 500 });
    const text = await metricsText();
    expect(text).toContain('claude_agent_memory_used_ratio{kind="heap"} 0.25');
    expect(text).toContain('claude_agent_memory_used_ratio{kind="rss"} 0.5');
  });

  it("warns at 80 percent, once an episode", () => {
    const { see, warnings } = testGuard();
    see({ heapBytes: 79 }, 5);
    expect(warnings).toEqual([]);
    see({ heapBytes: 80 }, 5);
    see({ heapBytes: 76 });
    see({ heapBytes: 85 }, 5);
    expect(warnings).toHaveLength(1);
    see({ heapBytes: 74 });
    see({ heapBytes: 80 });
    expect(warnings.map(({ kind, usedRatio }) => [kind, usedRatio])).toEqual([
      ["heap", 0.8],
      ["heap", 0.8],
    ]);
  });

  it("warns of heap and resident memory each by itself", () => {
    const { see, warnings } = testGuard();
    see({ heapBytes: 80, rssBytes: 900 });
    expect(warnings.map(({ kind }) => kind)).toEqual(["heap", "rss"]);
  });

  it("tells how fast use grows, over five minutes at most", () => {
    const { see, warnings } = testGuard();
    see({ heapBytes: 10 }, 600);
    for (let heapBytes = 11; heapBytes <= 80; heapBytes += 1) see({ heapBytes }, 6);
    expect(warnings).toHaveLength(1);
    expect(warnings[0]?.growthPerMinute).toBeCloseTo(0.1, 1);
  });

  it("calls for an end once, when use stays above 92 percent", () => {
    const { see, exhausted } = testGuard();
    see({ rssBytes: 920 }, 2);
    see({ rssBytes: 910 });
    see({ rssBytes: 950 }, 2);
    expect(exhausted).toEqual([]);
    see({ rssBytes: 950 }, 5);
    expect(exhausted).toMatchObject([{ kind: "rss", usedRatio: 0.95 }]);
  });

  it("calls for an end once, though heap and resident memory are both used up", () => {
    const { see, exhausted } = testGuard();
    see({ heapBytes: 99, rssBytes: 990 }, 20);
    expect(exhausted).toHaveLength(1);
  });

  it("measures nothing after it is stopped", () => {
    const { guard, see, warnings } = testGuard();
    guard.stop();
    see({ heapBytes: 99 }, 10);
    expect(warnings).toEqual([]);
    expect(vi.getTimerCount()).toBe(0);
  });
});

describe("memory of this very process", () => {
  it("is read against limits that are not below it", async () => {
    const registry = new MetricsRegistry();
    const guard = new MemoryGuard({
      metrics: createMemoryUsedMetrics(registry),
      onWarning: () => undefined,
      onExhausted: () => undefined,
    });
    vi.advanceTimersByTime(SAMPLE_MS);
    guard.stop();
    const ratios = [...(await registry.text()).matchAll(/memory_used_ratio\{kind="(\w+)"\} (\S+)/g)];
    expect(ratios.map(([, kind]) => kind)).toEqual(["heap", "rss"]);
    for (const [, , ratio] of ratios) {
      expect(Number(ratio)).toBeGreaterThan(0);
      expect(Number(ratio)).toBeLessThan(1);
    }
  });
});
