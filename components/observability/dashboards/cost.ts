import { METRICS } from "../../../agent-runtime/src/contract.ts";
import type { ObservabilityFacts } from "../facts.ts";
import type { DashboardSpec } from "./panel.ts";
import { query, rare, series } from "./query.ts";

const CHOSEN = ["agent_type", "model"];
const NO_BUDGETS = "no budget is configured";

/** Dollars, tokens and what is left of the budgets. */
export function cost({ thresholds }: ObservabilityFacts): DashboardSpec {
  const dollars = (range: string) => `increase(${series(METRICS.apiCostTotal, {}, CHOSEN)}[${range}])`;
  const tokens = (range: string) => `increase(${series(METRICS.tokensUsedTotal, {}, CHOSEN)}[${range}])`;
  const requests = `increase(${series(METRICS.requestsTotal, { status: "success" })}[24h])`;
  return {
    title: "Claude agents: cost and tokens",
    description:
      "What is spent, by whom, and what is left. Prices are list prices; the bill is the provider's.",
    variables: ["region", "agent_type", "model"],
    alert: "HighAPIUsage",
    from: "now-24h",
    rows: [
      {
        title: "Cost",
        panels: [
          {
            kind: "stat",
            title: "Cost, 24 h",
            description: "US dollars at list price.",
            unit: "currencyUSD",
            queries: [query(`sum(${dollars("24h")})`)],
          },
          {
            kind: "stat",
            title: "Cost of a request, 24 h",
            description: "US dollars for each request that was answered.",
            unit: "currencyUSD",
            queries: [query(`sum(${dollars("24h")}) / sum(${requests})`)],
          },
          {
            kind: "stat",
            title: "Tokens, 24 h",
            description: "Input, cache and output together.",
            unit: "short",
            queries: [query(`sum(${tokens("24h")})`)],
          },
          {
            kind: "graph",
            title: "Dollars an hour",
            description: "By agent type and model.",
            unit: "currencyUSD",
            queries: [query(`sum by (agent_type, model) (${dollars("1h")})`, "{{agent_type}} {{model}}")],
          },
          {
            kind: "graph",
            title: "Tokens an hour",
            description: "By agent type. The line is where HighAPIUsage fires.",
            unit: "short",
            levels: { warn: thresholds.tokensPerHour / 2, crit: thresholds.tokensPerHour },
            queries: [query(`sum by (agent_type) (${tokens("1h")})`, "{{agent_type}}")],
          },
        ],
      },
      {
        title: "Budgets",
        panels: [
          {
            kind: "list",
            title: "Used of the budgets",
            description: "By scope and window, this region's share of each cap.",
            unit: "percentunit",
            levels: { warn: thresholds.budgetRatio, crit: 0.99 },
            queries: [
              rare(
                `max by (scope, window) (${series(METRICS.budgetUsedRatio)})`,
                "{{scope}} {{window}}",
                NO_BUDGETS,
              ),
            ],
          },
          {
            kind: "graph",
            title: "Thresholds passed",
            description: "Budgets that passed 50, 80 and 95 %.",
            unit: "short",
            queries: [
              rare(
                `sum by (scope_kind, threshold) (increase(${series(METRICS.budgetThresholdsTotal)}[1h]))`,
                "{{scope_kind}} {{threshold}} %",
                "no budget has passed a threshold",
              ),
            ],
          },
        ],
      },
    ],
  };
}
