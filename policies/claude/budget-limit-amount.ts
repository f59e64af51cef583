import type { Field } from "../manifests/field.ts";
import { type Finding, violation } from "../pack/finding.ts";
import { type Caps, capsOf, SCOPES } from "./budgets.ts";
import { gatewayExample, gatewayPolicy } from "./gateway-file.ts";

interface Config {
  readonly dayUsd: number;
  readonly monthUsd: number;
}

export const budgetLimitAmount = gatewayPolicy<Config>({
  name: "budget-limit-amount",
  description:
    "No cap of a budget is above what was approved, and that of a day is not above that of its month.",
  severity: "high",
  controls: [{ framework: "nist", control: "SC-5(2), SC-6" }],
  reason:
    "A cap with a zero too many is no cap. One of a day that is above its month's never holds, and hides which of the two was meant.",
  remedy: "Lower the cap, or have the higher amount approved in dayUsd and monthUsd of the policy.",
  parameters: {
    dayUsd: {
      type: "number",
      minimum: 0,
      default: 5000,
      description: "The highest cap of a day, in US dollars.",
    },
    monthUsd: {
      type: "number",
      minimum: 0,
      default: 100_000,
      description: "The highest cap of a month, in US dollars.",
    },
  },
  examples: {
    pass: [
      {
        what: "caps as they were approved",
        objects: [gatewayExample({ budgets: { fleet: { dayUsd: 5000, monthUsd: 100_000 } } })],
      },
      { what: "no caps, which another policy refuses", objects: [gatewayExample({})] },
    ],
    fail: [
      { what: "a day too dear", objects: [gatewayExample({ budgets: { fleet: { dayUsd: 50_000 } } })] },
      {
        what: "a month too dear of a single tenant",
        objects: [gatewayExample({ budgets: { tenants: { acme: { monthUsd: 1_000_000 } } } })],
      },
      {
        what: "a day above its month",
        objects: [gatewayExample({ budgets: { agent: { dayUsd: 100, monthUsd: 50 } } })],
      },
      { what: "an amount in quotes", objects: [gatewayExample({ budgets: { fleet: { dayUsd: "50" } } })] },
    ],
  },
  judge: (rules, config) =>
    SCOPES.flatMap((scope) => capsOf(rules, scope).flatMap((caps) => judgeCaps(caps, config))),
});

function judgeCaps({ label, dayUsd, monthUsd }: Caps, config: Config): Finding[] {
  const findings = [
    ...judgeAmount(`what ${label} may spend in a day`, dayUsd, config.dayUsd),
    ...judgeAmount(`what ${label} may spend in a month`, monthUsd, config.monthUsd),
  ];
  const [day, month] = [dayUsd.value, monthUsd.value];
  if (typeof day !== "number" || typeof month !== "number" || day <= month) return findings;
  const reason = `${label} may spend ${day} $ in a day and ${month} $ in the month: the cap of the day never holds.`;
  return [
    ...findings,
    violation(dayUsd, reason, "Write a cap of the day that is not above that of the month."),
  ];
}

function judgeAmount(what: string, field: Field, highest: number): Finding[] {
  if (field.missing) return [];
  const { value } = field;
  if (typeof value !== "number" || !(value >= 0)) {
    const reason = `${what} is ${JSON.stringify(value)}, which is no amount.`;
    return [violation(field, reason, "Write US dollars as a number, for example 500.")];
  }
  if (value <= highest) return [];
  return [violation(field, `${what} is ${value} $, above ${highest} $.`, `Write ${highest} or less.`)];
}
