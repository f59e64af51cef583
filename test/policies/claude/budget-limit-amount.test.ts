import { describe, expect, it } from "vitest";
import { budgetLimitAmount } from "../../../policies/claude/budget-limit-amount.ts";
import { judge } from "../judge.ts";
import { configMap, gatewayRules } from "./objects.ts";

const judgeBudgets = (budgets: unknown, config = {}) =>
  judge(budgetLimitAmount, gatewayRules({ budgets }), { config });

describe("budget-limit-amount", () => {
  it.each([
    ["the highest caps", { fleet: { dayUsd: 5000, monthUsd: 100_000 } }],
    ["a day equal to its month", { tenant: { dayUsd: 50, monthUsd: 50 } }],
    ["a day alone", { agent: { dayUsd: 50 } }],
    ["a month alone", { session: { monthUsd: 50 } }],
    ["nothing at all", { fleet: { dayUsd: 0, monthUsd: 0 } }],
    ["no caps", undefined],
    ["caps that are null", { fleet: { dayUsd: null, monthUsd: null } }],
  ])("allows %s", async (_, budgets) => {
    expect(await judgeBudgets(budgets)).toEqual({ violations: [], undecided: undefined });
  });

  it.each([
    [
      "a day too dear",
      { fleet: { dayUsd: 5001 } },
      "fleet.dayUsd: what fleet may spend in a day is 5001 $, above 5000 $. Write 5000 or less.",
    ],
    [
      "a month too dear",
      { tenant: { monthUsd: 100_001 } },
      "tenant.monthUsd: what tenant may spend in a month is 100001 $, above 100000 $.",
    ],
    [
      "a day above its month",
      { agent: { dayUsd: 51, monthUsd: 50 } },
      "agent.dayUsd: agent may spend 51 $ in a day and 50 $ in the month",
    ],
    ["a single tenant", { tenants: { acme: { dayUsd: 6000 } } }, "what tenant acme may spend in a day"],
    ["a single class of agents", { agents: { review: { dayUsd: 6000 } } }, "what agent review may spend"],
    ["a single key", { keys: { ci: { dayUsd: 6000 } } }, "what key ci may spend"],
    ["sessions", { session: { dayUsd: 6000 } }, "what session may spend"],
    ["keys", { key: { dayUsd: 6000 } }, "what key may spend"],
    [
      "a text",
      { fleet: { dayUsd: "50" } },
      'what fleet may spend in a day is "50", which is no amount. Write US dollars as a number',
    ],
    ["less than nothing", { fleet: { monthUsd: -1 } }, "is -1, which is no amount"],
    ["a list", { fleet: { monthUsd: [5] } }, "is [5], which is no amount"],
  ])("refuses %s", async (_, budgets, reason) => {
    expect((await judgeBudgets(budgets)).violations).toEqual([expect.stringContaining(reason)]);
  });

  it.each([".nan", ".inf"])("refuses %s", async (amount) => {
    const object = configMap({ "gateway.yaml": `budgets: { fleet: { dayUsd: ${amount} } }` });
    expect((await judge(budgetLimitAmount, object)).violations).toHaveLength(1);
  });

  it("takes other amounts from the configuration", async () => {
    const budgets = { fleet: { dayUsd: 60, monthUsd: 600 } };
    expect((await judgeBudgets(budgets, { dayUsd: 60, monthUsd: 600 })).violations).toEqual([]);
    expect((await judgeBudgets(budgets, { dayUsd: 59, monthUsd: 599 })).violations).toHaveLength(2);
  });
});
