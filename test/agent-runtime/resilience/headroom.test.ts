import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { MetricsRegistry } from "../../../agent-runtime/src/metrics/registry.ts";
import { createUpstreamHeadroomMetrics } from "../../../agent-runtime/src/metrics/upstream-headroom.ts";
import { Headroom, modelClassOf } from "../../../agent-runtime/src/resilience/headroom.ts";

const WALL_MS = Date.parse("2026-11-25T10:00:00Z");

function testHeadroom() {
  const registry = new MetricsRegistry();
  let nowMs = 0;
  const headroom = new Headroom({
    metrics: createUpstreamHeadroomMetrics(registry),
    nowMs: () => nowMs,
    wallClockMs: () => WALL_MS + nowMs,
  });
  return {
    headroom,
    metricsText: () => registry.text(),
    advance(ms: number) {
      nowMs += ms;
    },
  };
}

const limits = (kind: string, limit: string, remaining: string, reset?: string) => ({
  [`anthropic-ratelimit-${kind}-limit`]: limit,
  [`anthropic-ratelimit-${kind}-remaining`]: remaining,
  ...(reset === undefined ? {} : { [`anthropic-ratelimit-${kind}-reset`]: reset }),
});

describe("head-room", () => {
  it("is published by model class and kind", async () => {
    const { headroom, metricsText } = testHeadroom();
    headroom.observe("opus", {
      ...limits("requests", "4000", "1000"),
      ...limits("input-tokens", "100", "0"),
    });
    headroom.observe("haiku", { ...limits("output-tokens", "10", "10"), ...limits("tokens", "8", "2") });
    const text = await metricsText();
    expect(text).toContain('upstream_headroom_ratio{model_class="opus",kind="requests"} 0.25');
    expect(text).toContain('upstream_headroom_ratio{model_class="opus",kind="input_tokens"} 0');
    expect(text).toContain('upstream_headroom_ratio{model_class="haiku",kind="output_tokens"} 1');
    expect(text).toContain('upstream_headroom_ratio{model_class="haiku",kind="tokens"} 0.25');
  });

  it.each([
    ["100", 0],
    ["10", 0],
    ["5", 500],
    ["1", 900],
    ["0", 1_000],
  ])("of %s percent slows a call by %d ms", (remaining, delayMs) => {
    const { headroom } = testHeadroom();
    headroom.observe("sonnet", limits("requests", "100", remaining));
    expect(headroom.delayMs("sonnet")).toBeCloseTo(delayMs, 6);
    expect(headroom.delayMs("opus")).toBe(0);
  });

  it("is that of the scarcest kind", () => {
    const { headroom } = testHeadroom();
    headroom.observe("sonnet", {
      ...limits("requests", "100", "90"),
      ...limits("output-tokens", "100", "2"),
    });
    expect(headroom.delayMs("sonnet")).toBeCloseTo(800, 6);
  });

  it("does not slow a call past the reset", () => {
    const { headroom, advance } = testHeadroom();
    headroom.observe("sonnet", limits("requests", "100", "0", "2026-11-25T10:00:05Z"));
    advance(4_700);
    expect(headroom.delayMs("sonnet")).toBe(300);
    advance(300);
    expect(headroom.delayMs("sonnet")).toBe(0);
  });

  it("is forgotten after a minute when no reset is known", () => {
    const { headroom, advance } = testHeadroom();
    headroom.observe("sonnet", limits("requests", "100", "0"));
    advance(60_000);
    expect(headroom.delayMs("sonnet")).toBe(0);
  });

  it.each([
    [{}],
    [limits("requests", "many", "0")],
    [limits("requests", "0", "0")],
    [limits("requests", "100", "-1")],
    [{ "anthropic-ratelimit-requests-remaining": "0" }],
  ])("is not read out of %j", (headers) => {
    const { headroom } = testHeadroom();
    headroom.observe("sonnet", headers);
    expect(headroom.delayMs("sonnet")).toBe(0);
  });

  it("never slows a call by more than a second, whatever the upstream says", () => {
    const text = fc.oneof(fc.string(), fc.integer().map(String), fc.constant("2099-01-01T00:00:00Z"));
    fc.assert(
      fc.property(text, text, text, fc.nat(100_000), (limit, remaining, reset, ms) => {
        const { headroom, advance } = testHeadroom();
        headroom.observe("sonnet", limits("requests", limit, remaining, reset));
        advance(ms);
        const delayMs = headroom.delayMs("sonnet");
        expect(delayMs >= 0 && delayMs <= 1_000).toBe(true);
      }),
    );
  });
});

describe("the class of a model", () => {
  it.each([
    ["claude-opus-5-5", "opus"],
    ["claude-sonnet-5-5", "sonnet"],
    ["claude-3-5-haiku-20241022", "haiku"],
    ["claude-fable-5-2", "other"],
  ])("%s is %s", (model, expected) => {
    expect(modelClassOf(model)).toBe(expected);
  });
});
