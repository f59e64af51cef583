import { describe, expect, it } from "vitest";
import { createBudgetMetrics } from "../../../agent-runtime/src/metrics/budgets.ts";
import { MetricsRegistry } from "../../../agent-runtime/src/metrics/registry.ts";

describe("the used part of budgets", () => {
  it("fault 54: of the fleet and of tenants is told however many agent types callers invent", async () => {
    const registry = new MetricsRegistry();
    const { used } = createBudgetMetrics(registry);
    for (let index = 0; index < 300; index += 1) used(`agent:acme/agent-${index}`, "day", 0.1);
    used("fleet", "day", 0.2);
    used("tenant:beta", "day", 0.3);
    const text = await registry.text();
    expect(text).toContain('claude_agent_budget_used_ratio{scope="fleet",window="day"} 0.2');
    expect(text).toContain('claude_agent_budget_used_ratio{scope="tenant:beta",window="day"} 0.3');
    expect(text.match(/scope="agent:/g)).toHaveLength(200);
  });
});
