import { describe, expect, it } from "vitest";
import { modelLimitChoice } from "../../../policies/claude/model-limit-choice.ts";
import { judge, UNKNOWN } from "../judge.ts";
import { configMap, gatewayRules } from "./objects.ts";

const RULES = { fallbacks: { "claude-opus-5-5": ["claude-haiku-4-5"] } };
const judgeRules = (allowedModels: string[], object = gatewayRules(RULES)) =>
  judge(modelLimitChoice, object, { config: { allowedModels } });

describe("model-limit-choice", () => {
  it.each([
    ["nothing is listed", []],
    ["all are listed", ["claude-opus-5-5", "claude-haiku-4-5"]],
    ["one is listed by its id and named by its alias", ["claude-opus-5-5", "claude-haiku-4-5-20251001"]],
  ])("allows the models where %s", async (_, allowed) => {
    expect(await judgeRules(allowed)).toEqual({ violations: [], undecided: undefined });
  });

  it.each([
    [
      "a fallback",
      ["claude-opus-5-5", "claude-haiku-5-5"],
      'the model "claude-haiku-4-5" is none of those that are allowed. Name one of claude-opus-5-5, claude-haiku-5-5.',
    ],
    ["a model with a chain", ["claude-haiku-4-5"], 'the model "claude-opus-5-5" is none'],
  ])("refuses %s that is not listed", async (_, allowed, reason) => {
    expect((await judgeRules(allowed)).violations).toEqual([expect.stringContaining(reason)]);
  });

  it("compares models that nobody knows by their names", async () => {
    const object = configMap({ ANTHROPIC_MODEL: "claude-next" });
    expect((await judgeRules(["claude-next"], object)).violations).toEqual([]);
    expect((await judgeRules(["claude-other"], object)).violations).toHaveLength(1);
  });

  it("says nothing about the rules of Cedar, which forbid as well as allow", async () => {
    const object = configMap({ "acme.cedar": 'forbid(resource == Model::"claude-opus-5");' });
    expect((await judgeRules(["claude-opus-5-5"], object)).violations).toEqual([]);
  });

  it("is undecided while a name is not known", async () => {
    const { violations, undecided } = await judgeRules(
      ["claude-opus-5-5"],
      configMap({ CLAUDE_MODEL: UNKNOWN }),
    );
    expect(violations).toEqual([]);
    expect(undecided).toContain(".data.CLAUDE_MODEL");
  });
});
