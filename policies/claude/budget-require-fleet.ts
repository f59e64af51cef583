import { type Finding, violation } from "../pack/finding.ts";
import { type Caps, capsOf, SCOPES, type Scope } from "./budgets.ts";
import { gatewayExample, gatewayPolicy } from "./gateway-file.ts";

interface Config {
  readonly scopes: readonly Scope[];
}

export const budgetRequireFleet = gatewayPolicy<Config>({
  name: "budget-require-fleet",
  description: "What all agents together may spend in a day or in a month is capped.",
  severity: "high",
  controls: [{ framework: "nist", control: "SC-5(2), SC-6" }],
  reason:
    "One agent in a loop, or one stolen key, spends without end where nothing caps it; the bill is the first to tell.",
  remedy:
    "Set budgets.fleet with dayUsd, monthUsd or both, and the same for every other scope that is demanded.",
  parameters: {
    scopes: {
      type: "array",
      items: { type: "string", enum: [...SCOPES] },
      default: ["fleet"],
      description:
        "Whose spending has to be capped: fleet, tenant, agent, session or key; single tenants, agent types and keys with caps of their own too.",
    },
  },
  examples: {
    pass: [
      { what: "a cap for each day", objects: [gatewayExample({ budgets: { fleet: { dayUsd: 5000 } } })] },
      {
        what: "a cap for each month",
        objects: [gatewayExample({ budgets: { fleet: { monthUsd: 100_000 } } })],
      },
    ],
    fail: [
      { what: "no budget at all", objects: [gatewayExample({})] },
      { what: "a budget without cap", objects: [gatewayExample({ budgets: { fleet: {} } })] },
      {
        what: "a budget of tenants alone",
        objects: [gatewayExample({ budgets: { tenant: { dayUsd: 50 } } })],
      },
    ],
  },
  judge: (rules, { scopes }) => scopes.flatMap((scope) => capsOf(rules, scope).flatMap(judgeCaps)),
});

function judgeCaps({ label, field, dayUsd, monthUsd }: Caps): Finding[] {
  if (!dayUsd.missing || !monthUsd.missing) return [];
  const reason = `the budget of ${label} has no cap, so nothing ends its spending.`;
  return [violation(field, reason, "Set dayUsd, monthUsd or both, in US dollars.")];
}
