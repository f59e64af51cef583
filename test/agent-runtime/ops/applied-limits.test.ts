import { describe, expect, it } from "vitest";
import { gatewayConfigSchema } from "../../../agent-runtime/src/config/gateway-config.ts";
import { appliedLimits } from "../../../agent-runtime/src/ops/applied-limits.ts";

const CONFIG = gatewayConfigSchema.parse({
  limits: { keys: { k1: { concurrency: 1 } }, tenant: { requestsPerMinute: 600 } },
  budgets: { fleet: { monthUsd: 100 }, key: { dayUsd: 1 }, tenants: { acme: { dayUsd: 10, monthUsd: 50 } } },
});

describe("appliedLimits", () => {
  it("says of every limit and cap where it is written", () => {
    expect(appliedLimits(CONFIG, { tenant: "acme", key: "k1" })).toEqual({
      rates: [
        { scope: "key:k1", from: "limits.keys.k1", concurrency: 1 },
        { scope: "tenant:acme", from: "limits.tenant", requestsPerMinute: 600 },
      ],
      caps: [
        { scope: "fleet", from: "budgets.fleet", monthUsd: 100 },
        { scope: "tenant:acme", from: "budgets.tenants.acme", dayUsd: 10, monthUsd: 50 },
        { scope: "agent:*", from: "budgets.agent" },
        { scope: "session:*", from: "budgets.session" },
        { scope: "key:k1", from: "budgets.key", dayUsd: 1 },
      ],
      regionShare: 1,
    });
  });

  it("takes a tenant that is called like a property of every object for one without rules of its own", () => {
    const { rates, caps } = appliedLimits(CONFIG, { tenant: "constructor" });
    expect([rates[1], caps[1]]).toEqual([
      { scope: "tenant:constructor", from: "limits.tenant", requestsPerMinute: 600 },
      { scope: "tenant:constructor", from: "budgets.tenant" },
    ]);
  });
});
