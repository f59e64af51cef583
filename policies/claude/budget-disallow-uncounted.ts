import type { Field } from "../manifests/field.ts";
import { type Finding, violation } from "../pack/finding.ts";
import { gatewayExample, gatewayPolicy } from "./gateway-file.ts";

interface Config {
  readonly whenStoreIsLost: readonly string[];
  readonly withoutBound: readonly string[];
}

export const budgetDisallowUncounted = gatewayPolicy<Config>({
  name: "budget-disallow-uncounted",
  description:
    "Nothing is spent that no budget counts: not while the store is lost, nor by requests without a bound.",
  severity: "high",
  controls: [{ framework: "nist", control: "SC-24, SC-6" }],
  reason:
    "While the store is lost no process knows what the others spend, and a request whose cost has no bound cannot be set aside " +
    "before it is made. Rather no answer than an unknown bill.",
  remedy: "Leave whenStoreIsLost and budgets.withoutBound out, or write deny and refuse.",
  parameters: {
    whenStoreIsLost: {
      type: "array",
      items: { type: "string", enum: ["deny", "allow"] },
      default: ["deny"],
      description:
        "What may be written for whenStoreIsLost: with allow, each process goes on with a share of every cap that it counts alone.",
    },
    withoutBound: {
      type: "array",
      items: { type: "string", enum: ["refuse", "allow"] },
      default: ["refuse"],
      description: "What may be written for budgets.withoutBound.",
    },
  },
  examples: {
    pass: [
      { what: "the defaults of the runtime", objects: [gatewayExample({})] },
      { what: "refusal, in words", objects: [gatewayExample({ whenStoreIsLost: "deny" })] },
    ],
    fail: [
      { what: "answers while nobody counts", objects: [gatewayExample({ whenStoreIsLost: "allow" })] },
      {
        what: "requests whose cost has no bound",
        objects: [gatewayExample({ budgets: { withoutBound: "allow" } })],
      },
    ],
  },
  judge: (rules, config) => [
    ...judgeChoice("whenStoreIsLost", rules.at("whenStoreIsLost"), config.whenStoreIsLost),
    ...judgeChoice("budgets.withoutBound", rules.at("budgets", "withoutBound"), config.withoutBound),
  ],
});

function judgeChoice(name: string, field: Field, allowed: readonly string[]): Finding[] {
  if (field.missing || allowed.some((choice) => choice === field.value)) return [];
  const reason = `${name} is ${JSON.stringify(field.value)}, with which spending is not counted.`;
  return [violation(field, reason, `Write ${allowed.join(" or ")}, or leave it out.`)];
}
