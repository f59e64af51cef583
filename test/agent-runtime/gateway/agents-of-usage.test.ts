import { describe, expect, it } from "vitest";
import { gatewayConfigSchema } from "../../../agent-runtime/src/config/gateway-config.ts";
import { AgentsOfUsage } from "../../../agent-runtime/src/gateway/agents-of-usage.ts";
import type { UsageRow } from "../../../agent-runtime/src/store/contract.ts";

const ROW: UsageRow = {
  hour: "2026-11-25T12:00:00.000Z",
  tenant: "acme",
  agent: "support",
  model: "claude-sonnet-5-5",
  requests: 1,
  inputTokens: 1,
  outputTokens: 1,
  cacheReadTokens: 0,
  cacheWriteTokens: 0,
  costNanoUsd: 1,
};

function setUp() {
  const rows: UsageRow[] = [];
  const current = gatewayConfigSchema.parse({
    budgets: { agents: { billing: {} } },
    cache: { agents: ["faq"] },
  });
  const usage = new AgentsOfUsage({ add: (row) => void rows.push(row) }, { current });
  return { rows, add: (tenant: string, agent: string) => usage.add({ ...ROW, tenant, agent }) };
}

describe("fault 54: agent types in the usage", () => {
  it("are 200 of a tenant at most, and `other` beyond that", () => {
    const { rows, add } = setUp();
    for (let index = 0; index < 300; index += 1) add("acme", `agent-${index}`);
    expect(new Set(rows.map(({ agent }) => agent)).size).toBe(201);
    expect(rows.at(-1)).toEqual({ ...ROW, agent: "other" });
    add("acme", "agent-0");
    expect(rows.at(-1)?.agent).toBe("agent-0");
  });

  it("of one tenant take no place from another, nor from configured ones", () => {
    const { rows, add } = setUp();
    for (let index = 0; index < 300; index += 1) add("acme", `agent-${index}`);
    add("beta", "late");
    add("acme", "billing");
    add("acme", "faq");
    expect(rows.slice(-3).map(({ agent }) => agent)).toEqual(["late", "billing", "faq"]);
  });
});
