import { describe, expect, it, vi } from "vitest";
import type { Model } from "../../../policies/claude/catalogue.ts";
import { modelRequirePrice } from "../../../policies/claude/model-require-price.ts";
import { judge, UNKNOWN } from "../judge.ts";
import { configMap, gatewayRules } from "./objects.ts";

const { MODELS } = vi.hoisted(() => {
  const model = {
    aliases: [],
    deprecatedOn: null,
    retiresNotBefore: null,
    retiresOn: null,
    replacement: null,
  };
  return {
    MODELS: [
      { ...model, id: "priced", aliases: ["named"], usdPerMillionTokens: { input: 1, output: 2 } },
      { ...model, id: "unpriced", usdPerMillionTokens: null },
      { ...model, id: "half", usdPerMillionTokens: { input: 1, output: 0 } },
      { ...model, id: "empty", usdPerMillionTokens: {} },
    ] satisfies Model[],
  };
});
vi.mock("../../../agent-runtime/data/models.json", () => ({ default: { models: MODELS } }));

const judgeModels = (chain: string, fallback: string) =>
  judge(modelRequirePrice, gatewayRules({ fallbacks: { [chain]: [fallback] } }));

describe("model-require-price", () => {
  it.each(["priced", "named"])("allows %s", async (model) => {
    expect(await judgeModels("priced", model)).toEqual({ violations: [], undecided: undefined });
  });

  it.each(["unpriced", "half", "empty", "unheard-of"])("refuses %s as a fallback", async (model) => {
    expect((await judgeModels("priced", model)).violations).toEqual([
      expect.stringContaining(`the price of the model "${model}" is not known. Name a model with prices`),
    ]);
  });

  it("refuses one with a chain, which is tried first", async () => {
    expect((await judgeModels("unpriced", "priced")).violations).toHaveLength(1);
  });

  it("judges variables and not the rules of Cedar", async () => {
    const object = configMap({ ANTHROPIC_MODEL: "unpriced", "acme.cedar": 'Model::"unpriced"' });
    expect((await judge(modelRequirePrice, object)).violations).toEqual([
      expect.stringContaining(".data.ANTHROPIC_MODEL"),
    ]);
  });

  it("is undecided while a name is not known", async () => {
    const { violations, undecided } = await judge(modelRequirePrice, configMap({ CLAUDE_MODEL: UNKNOWN }));
    expect(violations).toEqual([]);
    expect(undecided).toContain(".data.CLAUDE_MODEL");
  });
});
