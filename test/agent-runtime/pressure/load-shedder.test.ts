import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import { MetricsRegistry } from "../../../agent-runtime/src/metrics/registry.ts";
import { createShedMetrics } from "../../../agent-runtime/src/metrics/shed.ts";
import { LoadShedder } from "../../../agent-runtime/src/pressure/load-shedder.ts";
import { eventually } from "../running-gateway.ts";

const SAMPLE_MS = 250;

function testShedder() {
  const registry = new MetricsRegistry();
  const changes: boolean[] = [];
  let lagMs = 0;
  const shedder = new LoadShedder({
    metrics: createShedMetrics(registry),
    onChange: (isShedding) => changes.push(isShedding),
    meter: { read: () => lagMs, stop: () => undefined },
  });
  return {
    shedder,
    changes,
    metricsText: () => registry.text(),
    see(...lags: readonly number[]) {
      for (const lag of lags) {
        lagMs = lag;
        vi.advanceTimersByTime(SAMPLE_MS);
      }
    },
  };
}

describe("the load shedder", () => {
  beforeEach(() => {
    vi.useFakeTimers();
  });

  afterEach(() => {
    vi.useRealTimers();
  });

  it("admits everything while the event loop keeps up", () => {
    const { shedder, see } = testShedder();
    see(0, 20, 249, 250);
    expect(() => shedder.admit()).not.toThrow();
  });

  it("refuses when the event loop is late twice in a row, and says why and when to come back", async () => {
    const { shedder, see, metricsText } = testShedder();
    see(312.4, 312.4);
    expect(() => shedder.admit()).toThrow(
      expect.objectContaining({
        code: "overloaded",
        message: expect.stringContaining("late by more than 250 ms"),
        headers: { "retry-after": "1" },
      }),
    );
    expect(await metricsText()).toContain('claude_agent_shed_total{reason="event_loop"} 1');
  });

  it("does not refuse for one long pause that is over", () => {
    const { shedder, see } = testShedder();
    see(5_000, 0, 5_000, 0);
    expect(shedder.isShedding).toBe(false);
  });

  it("does not flicker: it goes on until a second has been calm", () => {
    const { shedder, see, changes } = testShedder();
    see(300, 300, 200, 240, 99, 99, 99, 150);
    expect(shedder.isShedding).toBe(true);
    see(99, 99, 99, 99);
    expect(shedder.isShedding).toBe(false);
    see(240, 240, 240);
    expect(changes).toEqual([true, false]);
  });

  it("measures nothing after it is stopped", () => {
    const { shedder, see } = testShedder();
    shedder.stop();
    see(300, 300);
    expect(shedder.isShedding).toBe(false);
    expect(vi.getTimerCount()).toBe(0);
  });
});

describe("fault 44: a blocked event loop", () => {
  it("makes the process refuse requests, and admit them again when it is free", async () => {
    const shedder = new LoadShedder({ metrics: createShedMetrics(new MetricsRegistry()) });
    const block = setInterval(() => {
      const untilMs = performance.now() + 300;
      while (performance.now() < untilMs);
    }, 1);
    await eventually(() => expect(shedder.isShedding).toBe(true));
    clearInterval(block);
    await eventually(() => expect(shedder.isShedding).toBe(false));
    shedder.stop();
  });
});
