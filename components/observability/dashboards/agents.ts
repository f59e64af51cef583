import { METRICS } from "../../../agent-runtime/src/contract.ts";
import type { ObservabilityFacts } from "../facts.ts";
import { processPanels } from "./overview.ts";
import type { DashboardSpec } from "./panel.ts";
import { query, rare, rate, series } from "./query.ts";

const TYPE = ["agent_type"];

/** One agent type, or several beside each other. */
export function agents(facts: ObservabilityFacts): DashboardSpec {
  const { errorRatio, latencyP95Seconds } = facts.thresholds;
  const latency = (fraction: number) =>
    `histogram_quantile(${fraction}, sum by (agent_type, le) (${rate(`${METRICS.requestDurationSeconds}_bucket`, {}, TYPE)}))`;
  return {
    title: "Claude agents: agents",
    description: "What each agent type does, how well and how fast.",
    variables: ["region", "agent_type", "model"],
    alert: "HighLatency",
    rows: [
      {
        title: "Requests",
        panels: [
          {
            kind: "graph",
            title: "Requests",
            description: "A second, by agent type and how they ended.",
            unit: "reqps",
            queries: [
              query(
                `sum by (agent_type, status) (${rate(METRICS.requestsTotal, {}, TYPE)})`,
                "{{agent_type}} {{status}}",
              ),
            ],
          },
          {
            kind: "graph",
            title: "Error rate",
            description: "Part of the requests that ended in an error.",
            unit: "percentunit",
            levels: { warn: errorRatio / 2, crit: errorRatio },
            queries: [
              rare(
                `sum by (agent_type) (${rate(METRICS.requestsTotal, { status: "error" }, TYPE)}) / sum by (agent_type) (${rate(METRICS.requestsTotal, {}, TYPE)})`,
                "{{agent_type}}",
                "no request has failed yet",
              ),
            ],
          },
          {
            kind: "graph",
            title: "Response time",
            description: "Median and 95th percentile from arrival to the end of the answer.",
            unit: "s",
            levels: { warn: facts.objectives.latencyP95Seconds, crit: latencyP95Seconds },
            queries: [query(latency(0.5), "{{agent_type}} p50"), query(latency(0.95), "{{agent_type}} p95")],
          },
          {
            kind: "graph",
            title: "Under way",
            description: "Requests being served now.",
            unit: "short",
            queries: [
              query(`sum by (agent_type) (${series(METRICS.activeCount, {}, TYPE)})`, "{{agent_type}}"),
            ],
          },
        ],
      },
      {
        title: "Models",
        panels: [
          {
            kind: "graph",
            title: "Tokens",
            description: "A second, by agent type and model.",
            unit: "short",
            queries: [
              query(
                `sum by (agent_type, model) (${rate(METRICS.tokensUsedTotal, {}, ["agent_type", "model"])})`,
                "{{agent_type}} {{model}}",
              ),
            ],
          },
          {
            kind: "graph",
            title: "Errors by code",
            description: "A second, by agent type.",
            unit: "reqps",
            queries: [
              rare(
                `sum by (agent_type, error_type, severity) (${rate(METRICS.errorsTotal, {}, TYPE)})`,
                "{{agent_type}} {{error_type}}",
                "no request has failed yet",
              ),
            ],
          },
        ],
      },
      { title: "Processes", panels: processPanels(facts) },
    ],
  };
}
