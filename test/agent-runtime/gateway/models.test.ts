import { readFile } from "node:fs/promises";
import { describe, expect, it } from "vitest";
import { loadModels } from "../../../agent-runtime/src/gateway/models.ts";

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
