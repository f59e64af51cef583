import { describe, expect, it } from "vitest";
import { budgetDisallowUncounted } from "../../../policies/claude/budget-disallow-uncounted.ts";
import { judge } from "../judge.ts";
import { gatewayRules } from "./objects.ts";

const judgeRules = (rules: unknown, config = {}) =>
  judge(budgetDisallowUncounted, gatewayRules(rules), { config });

describe("budget-disallow-uncounted", () => {
  it.each([
    ["nothing, which means refusal", {}],
    ["null, which means nothing", { whenStoreIsLost: null, budgets: { withoutBound: null } }],
    ["refusal in words", { whenStoreIsLost: "deny", budgets: { withoutBound: "refuse" } }],
  ])("allows %s", async (_, rules) => {
    expect(await judgeRules(rules)).toEqual({ violations: [], undecided: undefined });
  });

  it.each([
    [
      "answers without the store",
      { whenStoreIsLost: "allow" },
      '.whenStoreIsLost: whenStoreIsLost is "allow", with which spending is not counted. Write deny, or leave it out.',
    ],
    [
      "requests without bound",
      { budgets: { withoutBound: "allow" } },
      '.budgets.withoutBound: budgets.withoutBound is "allow", with which spending is not counted. Write refuse, or leave it out.',
    ],
    ["another spelling", { whenStoreIsLost: "Deny" }, 'is "Deny"'],
    ["a switch", { whenStoreIsLost: false }, "is false"],
  ])("refuses %s", async (_, rules, reason) => {
    expect((await judgeRules(rules)).violations).toEqual([expect.stringContaining(reason)]);
  });

  it("allows what the configuration does", async () => {
    const rules = { whenStoreIsLost: "allow", budgets: { withoutBound: "allow" } };
    const config = { whenStoreIsLost: ["deny", "allow"], withoutBound: ["refuse", "allow"] };
    expect((await judgeRules(rules, config)).violations).toEqual([]);
    expect((await judgeRules({ whenStoreIsLost: "no" }, config)).violations).toEqual([
      expect.stringContaining("Write deny or allow"),
    ]);
  });
});
