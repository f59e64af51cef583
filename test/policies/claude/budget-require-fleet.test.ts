import { describe, expect, it } from "vitest";
import { budgetRequireFleet } from "../../../policies/claude/budget-require-fleet.ts";
import { judge } from "../judge.ts";
import { configMap, gatewayRules } from "./objects.ts";

const judgeBudgets = (budgets: unknown, config = {}) =>
  judge(budgetRequireFleet, gatewayRules({ budgets }), { config });

describe("budget-require-fleet", () => {
  it.each([
    ["a day", { fleet: { dayUsd: 5 } }],
    ["a month", { fleet: { monthUsd: 5 } }],
    ["a day of nothing, which stops all", { fleet: { dayUsd: 0 } }],
  ])("allows a cap of %s", async (_, budgets) => {
    expect(await judgeBudgets(budgets)).toEqual({ violations: [], undecided: undefined });
  });

  it.each([
    ["no budgets", undefined],
    ["budgets that are null", null],
    ["no budget of the fleet", { tenant: { dayUsd: 5 } }],
    ["a budget that is null", { fleet: null }],
    ["a budget without caps", { fleet: {} }],
    ["caps that are null", { fleet: { dayUsd: null, monthUsd: null } }],
  ])("refuses %s", async (_, budgets) => {
    expect((await judgeBudgets(budgets)).violations).toEqual([
      'ConfigMap ai-agents/claude-agent-coordinator, at .data["gateway.yaml"].budgets.fleet: the budget of fleet has no cap, so nothing ends its spending. Set dayUsd, monthUsd or both, in US dollars.',
    ]);
  });

  it.each(["tenant", "agent", "session", "key"])(
    "demands a cap of every %s where it is told to",
    async (scope) => {
      const config = { scopes: [scope] };
      expect((await judgeBudgets({ [scope]: { dayUsd: 5 } }, config)).violations).toEqual([]);
      expect((await judgeBudgets({ fleet: { dayUsd: 5 } }, config)).violations).toEqual([
        expect.stringContaining(`the budget of ${scope} has no cap`),
      ]);
    },
  );

  it.each([
    ["tenant", "tenants"],
    ["agent", "agents"],
    ["key", "keys"],
  ])("refuses a single %s that is let out of its cap", async (scope, singles) => {
    const budgets = { [scope]: { dayUsd: 5 }, [singles]: { acme: {}, other: { monthUsd: 1 } } };
    expect((await judgeBudgets(budgets, { scopes: [scope] })).violations).toEqual([
      expect.stringContaining(`.budgets.${singles}.acme: the budget of ${scope} acme has no cap`),
    ]);
  });

  it("says nothing about a ConfigMap without rules of the gateway", async () => {
    expect(await judge(budgetRequireFleet, configMap({ "other.yaml": "{}" }))).toEqual({
      violations: [],
      undecided: undefined,
    });
  });
});
