import { readFile } from "node:fs/promises";
import { describe, expect, it } from "vitest";
import { costUsd, loadModels, NO_USAGE } from "../../../agent-runtime/src/gateway/models.ts";

const models = loadModels();

function find(name: string) {
  const model = models.find(name);
  if (model === undefined) throw new Error(`no model ${name}`);
  return model;
}

describe("the model file", () => {
  it("finds a model by id and by alias", () => {
    expect(find("claude-haiku-4-5")).toBe(find("claude-haiku-4-5-20251001"));
    expect(models.find("claude-unknown")).toBeUndefined();
  });

  it("gives every model prices that rise from cache read to one-hour cache write", () => {
    for (const { usdPerMillionTokens: prices } of models.models) {
      expect(prices.cacheRead).toBeGreaterThan(0);
      expect(prices.cacheRead).toBeLessThan(prices.input);
      expect(prices.input).toBeLessThan(prices.cacheWrite5m);
      expect(prices.cacheWrite5m).toBeLessThan(prices.cacheWrite1h);
    }
  });

  it("names for every retiring model one that replaces it", () => {
    for (const { retiresOn, replacement } of models.models.filter((model) => model.retiresOn !== null)) {
      expect(retiresOn).toMatch(/^20\d\d-/);
      expect(find(replacement ?? "")).toBeDefined();
    }
  });

  it.each([
    ["no models", { models: [] }],
    ["a negative price", { models: [{ ...find("claude-opus-5"), usdPerMillionTokens: { input: -1 } }] }],
    ["an unknown field", { models: [{ ...find("claude-opus-5"), colour: "red" }] }],
    ["an id twice", { models: [find("claude-opus-5"), find("claude-opus-5")] }],
    ["a date that is none", { models: [{ ...find("claude-opus-5"), retiresOn: "soon" }] }],
  ])("is refused with %s", async (_what, fields) => {
    const file = JSON.parse(
      await readFile(new URL("../../../agent-runtime/data/models.json", import.meta.url), "utf8"),
    );
    expect(() => loadModels({ ...file, ...fields })).toThrow();
  });
});

describe("the cost of a call", () => {
  it("has its own price for each kind of token", () => {
    const usage = {
      inputTokens: 1_000_000,
      cacheWrite5mTokens: 1_000_000,
      cacheWrite1hTokens: 1_000_000,
      cacheReadTokens: 1_000_000,
      outputTokens: 1_000_000,
    };
    expect(costUsd(find("claude-opus-5"), usage)).toBeCloseTo(5 + 6.25 + 10 + 0.5 + 25, 10);
  });

  it("rises for the whole call once the prompt, cached parts included, is long", () => {
    const haiku = find("claude-haiku-5-5");
    expect(costUsd(haiku, { ...NO_USAGE, inputTokens: 100_000 })).toBeCloseTo(0.01, 10);
    expect(costUsd(haiku, { ...NO_USAGE, inputTokens: 1, cacheReadTokens: 100_000 })).toBeCloseTo(
      0.0050005,
      10,
    );
  });

  it("of nothing is nothing", () => {
    expect(costUsd(find("claude-opus-5"), NO_USAGE)).toBe(0);
  });
});
