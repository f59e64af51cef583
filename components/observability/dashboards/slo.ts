import type { ObservabilityFacts } from "../facts.ts";
import { budgetLeftRecord, OBJECTIVES, ratioRecord } from "../slo.ts";
import type { DashboardSpec } from "./panel.ts";
import { query, series } from "./query.ts";

const WINDOWS = ["5m", "1h", "6h", "1d", "3d"];

/** What is promised, and how much of the error budget is left. */
export function slo({ objectives }: ObservabilityFacts): DashboardSpec {
  const { availabilityPercent, latencyP95Seconds } = objectives;
  return {
    title: "Claude agents: objectives",
    description: `${availabilityPercent} % of the requests succeed; 95 % are answered within ${latencyP95Seconds} s.`,
    variables: ["region"],
    alert: "AvailabilityBudgetBurnFast",
    from: "now-7d",
    rows: OBJECTIVES.map(({ name, metric }) => ({
      title: name,
      panels: [
        {
          kind: "stat",
          title: "Error budget left, 30 days",
          description: "1 is untouched, 0 is used up, below the promise is broken.",
          unit: "percentunit",
          levels: { warn: 0.5, crit: 0.1, lowIsBad: true },
          queries: [query(`min(${series(budgetLeftRecord(metric))})`)],
        },
        {
          kind: "graph",
          title: "Part of bad requests",
          description: "By the length of the window that it is looked at over.",
          unit: "percentunit",
          width: 18,
          queries: WINDOWS.map((window) =>
            query(`max(${series(ratioRecord(metric, window))})`, `over ${window}`),
          ),
        },
      ],
    })),
  };
}
