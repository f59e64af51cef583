import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { inspectMessageRequest } from "../../../agent-runtime/src/gateway/message-request.ts";
import { loadModels, NO_USAGE, type TokenUsage } from "../../../agent-runtime/src/gateway/models.ts";
import {
  boundInputTokens,
  boundNanoUsd,
  costNanoUsd,
  estimateInputTokens,
} from "../../../agent-runtime/src/limits/cost.ts";
import { toNanoUsd } from "../../../agent-runtime/src/limits/money.ts";

const models = loadModels();

function find(name: string) {
  const model = models.find(name);
  if (model === undefined) throw new Error(`no model ${name}`);
  return model;
}

const request = (fields: object = {}) =>
  inspectMessageRequest(
    Buffer.from(
      JSON.stringify({ model: "m", max_tokens: 100, messages: [{ role: "user", content: "Hi" }], ...fields }),
    ),
  );

const cost = (model: string, usage: Partial<TokenUsage>, modifiers = {}) =>
  costNanoUsd(find(model), { ...NO_USAGE, ...usage }, modifiers, models);

describe("the cost of a call", () => {
  it("has its own price for each kind of token", () => {
    const usage = {
      inputTokens: 1_000_000,
      cacheWrite5mTokens: 1_000_000,
      cacheWrite1hTokens: 1_000_000,
      cacheReadTokens: 1_000_000,
      outputTokens: 1_000_000,
    };
    expect(cost("claude-opus-5", usage)).toBe(toNanoUsd(5 + 6.25 + 10 + 0.5 + 25));
  });

  it("rises for the whole call once the prompt, cached parts included, is long", () => {
    expect(cost("claude-haiku-5-5", { inputTokens: 100_000 })).toBe(toNanoUsd(0.01));
    expect(cost("claude-haiku-5-5", { inputTokens: 1, cacheReadTokens: 100_000 })).toBe(5_000_500);
  });

  it("of one cache read of the cheapest model is ten nano-dollars", () => {
    expect(cost("claude-haiku-5-5", { cacheReadTokens: 1 })).toBe(10);
  });

  it.each([
    ["half in a batch", { serviceTier: "batch" }, 2_500_000_000],
    ["a tenth more where inference stays in one country", { inferenceGeo: "us" }, 5_500_000_000],
    ["twice as much in fast mode", { speed: "fast" }, 10_000_000_000],
    [
      "the list price for values that have no multiplier",
      { serviceTier: "standard", inferenceGeo: "global" },
      5_000_000_000,
    ],
    ["a cent more for each search", { webSearches: 3 }, 5_030_000_000],
  ])("is %s", (_what, modifiers, nanoUsd) => {
    expect(cost("claude-opus-5", { inputTokens: 1_000_000 }, modifiers)).toBe(nanoUsd);
  });

  it("of names that every object has is that of names that are not listed", () => {
    const modifiers = { serviceTier: "constructor", inferenceGeo: "toString", speed: "valueOf" };
    expect(cost("claude-opus-5", { inputTokens: 1_000_000 }, modifiers)).toBe(5_000_000_000);
  });

  it("of nothing is nothing", () => {
    expect(cost("claude-opus-5", {})).toBe(0);
  });
});

describe("the bound of a call", () => {
  it("is never below what any possible usage costs", () => {
    const share = fc.double({ min: 0, max: 1, noNaN: true });
    const model = fc.constantFrom(...models.models);
    const ttl = fc.constantFrom(undefined, "5m", "1h");
    fc.assert(
      fc.property(
        model,
        fc.string({ maxLength: 500 }),
        fc.nat(10_000),
        ttl,
        share,
        share,
        share,
        (facts, text, maxTokens, cacheTtl, cached, read, written) => {
          const cacheControl =
            cacheTtl === undefined ? {} : { cache_control: { type: "ephemeral", ttl: cacheTtl } };
          const content = [{ type: "text", text, ...cacheControl }];
          const asked = request({ max_tokens: maxTokens, messages: [{ role: "user", content }] });
          const prompt = boundInputTokens(asked, facts);
          const inCache = cacheTtl === undefined ? 0 : Math.floor(prompt * cached);
          const reads = Math.floor(inCache * read);
          const usage = {
            inputTokens: prompt - inCache,
            cacheReadTokens: reads,
            cacheWrite5mTokens: cacheTtl === "1h" ? 0 : inCache - reads,
            cacheWrite1hTokens: cacheTtl === "1h" ? inCache - reads : 0,
            outputTokens: Math.floor(Math.min(maxTokens, facts.maxOutputTokens) * written),
          };
          expect(boundNanoUsd(asked, facts, models)).toBeGreaterThanOrEqual(
            costNanoUsd(facts, usage, {}, models),
          );
        },
      ),
    );
  });

  it("assumes a full window where content lies elsewhere", () => {
    const file = { type: "document", source: { type: "file", file_id: "file_1" } };
    const asked = request({ messages: [{ role: "user", content: [file] }] });
    expect(boundInputTokens(asked, find("claude-opus-5"))).toBe(1_000_000);
  });

  it("assumes a full window for a PDF, whose pages may be compressed to a few bytes each", () => {
    const source = { type: "base64", media_type: "application/pdf", data: "A".repeat(4_800) };
    const asked = request({ messages: [{ role: "user", content: [{ type: "document", source }] }] });
    expect(boundInputTokens(asked, find("claude-opus-5"))).toBe(1_000_000);
  });

  it("assumes the largest image for each, instead of its bytes", () => {
    const image = (bytes: number) => ({
      type: "image",
      source: { type: "base64", media_type: "image/png", data: "A".repeat(bytes) },
    });
    const bound = (images: object[]) =>
      boundInputTokens(request({ messages: [{ role: "user", content: images }] }), find("claude-opus-5"));
    const [small, large] = [bound([image(70), image(70)]), bound([image(100_000), image(100_000)])];
    expect(small).toBeGreaterThan(2 * 4_784);
    expect(large).toBe(small);
  });

  it("counts as text what looks like an image in the input of a tool", () => {
    const data = "word ".repeat(20_000);
    const image = { type: "image", source: { type: "base64", media_type: "image/png", data } };
    const call = { type: "tool_use", id: "1", name: "show", input: { content: [image] } };
    const asked = request({ messages: [{ role: "assistant", content: [call] }] });
    expect(boundInputTokens(asked, find("claude-opus-5"))).toBeGreaterThan(data.length);
  });

  it.each([
    [{ context_management: { edits: [{ type: "compact_20260112" }] } }],
    [{ fallbacks: [{ model: "claude-opus-5-5" }] }],
  ])("does not exist where the upstream calls models by itself: %j", (fields) => {
    expect(boundNanoUsd(request(fields), find("claude-opus-5"), models)).toBeUndefined();
  });

  it("does not exist where tools run at the upstream", () => {
    const search = { type: "web_search_20250305", name: "web_search" };
    expect(boundNanoUsd(request({ tools: [search] }), find("claude-opus-5"), models)).toBeUndefined();
    expect(
      boundNanoUsd(request({ mcp_servers: [{ type: "url" }] }), find("claude-opus-5"), models),
    ).toBeUndefined();
  });

  it("exists with tools that the caller runs", () => {
    const tools = [
      { name: "look_up", input_schema: { type: "object" } },
      { type: "bash_20250124", name: "bash" },
    ];
    expect(boundNanoUsd(request({ tools }), find("claude-opus-5"), models)).toBeGreaterThan(0);
  });

  it("doubles in fast mode", () => {
    const bound = (fields: object) => boundNanoUsd(request(fields), find("claude-opus-5"), models) ?? 0;
    expect(bound({ speed: "fast" })).toBeGreaterThan(1.9 * bound({}));
  });
});

describe("the estimate of a prompt", () => {
  it("takes four bytes for a token and does not take pictures for text", () => {
    const image = {
      type: "image",
      source: { type: "base64", media_type: "image/png", data: "A".repeat(100_000) },
    };
    const asked = request({ messages: [{ role: "user", content: [image] }] });
    expect(estimateInputTokens(asked)).toBeLessThan(1_000);
    expect(estimateInputTokens(request({ system: "x".repeat(4_000) }))).toBeGreaterThan(1_000);
  });
});
