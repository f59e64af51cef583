import { afterEach, describe, expect, it, vi } from "vitest";
import { modelRequireFallback } from "../../../policies/claude/model-require-fallback.ts";
import { judge, UNKNOWN } from "../judge.ts";
import { configMap, gatewayRules } from "./objects.ts";

const judgeFallbacks = (fallbacks: unknown, config = {}) =>
  judge(modelRequireFallback, gatewayRules({ fallbacks }), { config });

describe("model-require-fallback", () => {
  afterEach(() => void vi.useRealTimers());

  it.each([
    ["one chain", { "claude-opus-5-5": ["claude-sonnet-5-5"] }],
    ["chains that meet", { a: ["c"], b: ["c", "d"], c: ["d"] }],
    ["a chain with one fallback that is retired", { a: ["claude-opus-4-1", "b"] }],
  ])("allows %s", async (_, fallbacks) => {
    expect(await judgeFallbacks(fallbacks)).toEqual({ violations: [], undecided: undefined });
  });

  it.each([
    ["no fallbacks", undefined, ".fallbacks: no model has a fallback."],
    ["fallbacks that are null", null, ".fallbacks: no model has a fallback."],
    ["fallbacks that are empty", {}, ".fallbacks: no model has a fallback."],
    ["an empty chain", { a: [] }, ".fallbacks.a: the chain of a is empty."],
    ["a chain that is null", { a: null }, "the chain of a is empty."],
    ["a model that falls back to itself", { a: ["b", "a"] }, "the chain of a comes to a twice"],
    [
      "the same under its other name",
      { "claude-haiku-4-5": ["claude-haiku-4-5-20251001"] },
      "comes to claude-haiku-4-5-20251001 twice",
    ],
    ["a fallback that stands twice", { a: ["b", "c", "b"] }, "comes to b twice"],
    [
      "a circle of two",
      { a: ["b"], b: ["a"] },
      "the chains go in a circle: a → b → a. Let every chain go one way.",
    ],
    [
      "a circle of three that others lead to",
      { x: ["a"], a: ["b"], b: ["y", "c"], c: ["a"] },
      "in a circle: a → b → c → a.",
    ],
    [
      "fallbacks that are all retired",
      { a: ["claude-opus-4-1", "claude-opus-4-0"] },
      "every fallback of a is retired",
    ],
  ])("refuses %s", async (_, fallbacks, reason) => {
    expect((await judgeFallbacks(fallbacks)).violations).toEqual([expect.stringContaining(reason)]);
  });

  it("counts the day of retirement as retired", async () => {
    vi.useFakeTimers();
    vi.setSystemTime("2026-08-04T23:00:00Z");
    expect((await judgeFallbacks({ a: ["claude-opus-4-1"] })).violations).toEqual([]);
    vi.setSystemTime("2026-08-05T00:00:00Z");
    expect((await judgeFallbacks({ a: ["claude-opus-4-1"] })).violations).toHaveLength(1);
  });

  it("demands chains of the models that the configuration names, by any of their names", async () => {
    const fallbacks = { "claude-haiku-4-5-20251001": ["b"] };
    expect((await judgeFallbacks(fallbacks, { models: ["claude-haiku-4-5"] })).violations).toEqual([]);
    expect((await judgeFallbacks(fallbacks, { models: ["claude-haiku-4-5", "x", "y"] })).violations).toEqual([
      expect.stringContaining("x, y has no chain."),
    ]);
  });

  it("throws at a chain that is no list", async () => {
    await expect(judgeFallbacks({ a: "b" })).rejects.toThrow("expected a list");
    await expect(judgeFallbacks(["a"])).rejects.toThrow("got a list");
  });

  it("takes time in proportion to the chains", async () => {
    const wide = Array.from({ length: 20_000 }, (_, index) => `m${index}`);
    expect((await judgeFallbacks({ a: wide })).violations).toEqual([]);
  });

  it("is undecided while the file is not known", async () => {
    const { violations, undecided } = await judge(
      modelRequireFallback,
      configMap({ "gateway.yaml": UNKNOWN }),
    );
    expect(violations).toEqual([]);
    expect(undecided).toContain("gateway.yaml");
  });

  it("asks for the chains of several models, and finds a circle behind a chain without one", async () => {
    const judgeChains = (fallbacks: object, config = {}) =>
      judge(modelRequireFallback, gatewayRules({ fallbacks }), { config });
    const two = { a: ["b"], c: ["d"] };
    expect((await judgeChains(two, { models: ["a", "c"] })).violations).toEqual([]);
    expect((await judgeChains({ a: ["b"], c: ["d"], d: ["c"] })).violations).toEqual([
      expect.stringContaining("the chains go in a circle: c → d → c."),
    ]);
  });

  it("follows chains that meet again and again but once", async () => {
    const steps = Array.from({ length: 60 }, (_, step) => [
      [`a${step}`, [`a${step + 1}`, `b${step + 1}`]],
      [`b${step}`, [`a${step + 1}`, `b${step + 1}`]],
    ]).flat();
    const ladder = gatewayRules({ fallbacks: Object.fromEntries(steps) });
    expect((await judge(modelRequireFallback, ladder)).violations).toEqual([]);
  });
});
