import { METRICS } from "../../../agent-runtime/src/contract.ts";
import type { ObservabilityFacts } from "../facts.ts";
import type { DashboardSpec } from "./panel.ts";
import { jobsOf, quantile, query, rate, series } from "./query.ts";

/** Regions beside each other: who serves, who could. */
export function regions(facts: ObservabilityFacts): DashboardSpec {
  const jobs = jobsOf(facts);
  const { errorRatio } = facts.thresholds;
  return {
    title: "Claude agents: regions and failover",
    description:
      "Which region serves and whether the others could. A Grafana that sees several regions shows them side by side.",
    variables: ["region"],
    alert: "AgentDown",
    refresh: "10s",
    from: "now-1h",
    rows: [
      {
        title: "Regions",
        panels: [
          {
            kind: "graph",
            title: "Requests",
            description: "A second that arrive, by region: this is where traffic goes.",
            unit: "reqps",
            queries: [query(`sum by (region) (${series(METRICS.requestsPerSecond)})`, "{{region}}")],
          },
          {
            kind: "graph",
            title: "Pods",
            description: "That answer, by region and workload. A standby keeps its minimum.",
            unit: "short",
            queries: [query(`count by (region, job) (${series("up", jobs)} == 1)`, "{{region}} {{job}}")],
          },
          {
            kind: "graph",
            title: "Error rate",
            description: "By region.",
            unit: "percentunit",
            levels: { warn: errorRatio / 2, crit: errorRatio },
            queries: [
              query(
                `(sum by (region) (${rate(METRICS.requestsTotal, { status: "error" })}) or 0 * sum by (region) (${rate(METRICS.requestsTotal)})) / sum by (region) (${rate(METRICS.requestsTotal)})`,
                "{{region}}",
              ),
            ],
          },
          {
            kind: "graph",
            title: "Response time",
            description: "95th percentile, by region.",
            unit: "s",
            queries: [query(quantile(0.95, METRICS.requestDurationSeconds, ["region"]), "{{region}}")],
          },
          {
            kind: "list",
            title: "Store",
            description: "1 where all pods of a region reach it.",
            unit: "short",
            levels: { warn: 1, crit: 1, lowIsBad: true },
            queries: [query(`min by (region) (${series(METRICS.storeUp)})`, "{{region}}")],
          },
        ],
      },
    ],
  };
}
