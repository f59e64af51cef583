import { describe, expect, it } from "vitest";
import { gatewayConfigSchema } from "../../../agent-runtime/src/config/gateway-config.ts";
import type { BudgetRaises } from "../../../agent-runtime/src/limits/budget-raises.ts";
import { BudgetReadings } from "../../../agent-runtime/src/limits/budget-readings.ts";
import { BudgetCalendar } from "../../../agent-runtime/src/limits/windows.ts";
import { EmbeddedLedger } from "../../../agent-runtime/src/store/embedded/embedded-ledger.ts";

const NONE: Pick<BudgetRaises, "find"> = { find: () => undefined };

function readings(seen: string[]) {
  return new BudgetReadings({
    ledger: new EmbeddedLedger({ percentOf: () => undefined, onChange: () => undefined }),
    config: { current: gatewayConfigSchema.parse({ budgets: { agents: { support: { dayUsd: 1 } } } }) },
    calendar: new BudgetCalendar(),
    raises: NONE as BudgetRaises,
    thresholds: { seenScopes: () => seen },
  });
}

describe("the budget of an agent type", () => {
  it("is one of each tenant that used it", async () => {
    const budgets = readings(["agent:acme/support", "agent:beta/support", "agent:beta/presupport"]);
    const scopesOf = async (scope?: string) => (await budgets.read(scope)).map((budget) => budget.scope);
    expect(await scopesOf()).toEqual(["agent:acme/support", "agent:beta/support"]);
    expect(await scopesOf("agent:support")).toEqual(["agent:acme/support", "agent:beta/support"]);
    expect(await scopesOf("agent:gamma/support")).toEqual(["agent:gamma/support"]);
    expect(await scopesOf("agent:acme/other")).toEqual([]);
  });
});
