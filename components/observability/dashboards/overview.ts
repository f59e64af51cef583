import { METRICS } from "../../../agent-runtime/src/contract.ts";
import type { ObservabilityFacts } from "../facts.ts";
import type { DashboardSpec, Levels, Panel } from "./panel.ts";
import { jobsOf, quantile, query, rare, rate, series } from "./query.ts";

const CPU: Levels = { warn: 0.7, crit: 0.9 };
const MEMORY: Levels = { warn: 0.8, crit: 0.9 };

/** The first look in the morning and at three at night. */
export function overview(facts: ObservabilityFacts): DashboardSpec {
  return {
    title: "Claude agents: overview",
    description: "Is the platform well, and what is it busy with?",
    variables: ["region"],
    alert: "HighErrorRate",
    refresh: "30s",
    rows: [
      { title: "Health", panels: healthPanels(facts) },
      { title: "Traffic", panels: trafficPanels() },
    ],
  };
}

function healthPanels(facts: ObservabilityFacts): Panel[] {
  const { errorRatio, latencyP95Seconds } = facts.thresholds;
  const checks = [
    `(max(${cpuRatio(facts)}) < bool ${CPU.crit})`,
    `(max(${memoryRatio()}) < bool ${MEMORY.crit})`,
    `(${errors("1h")} < bool ${errorRatio})`,
    `((${quantile(0.95, METRICS.requestDurationSeconds, [], "1h")} or vector(0)) < bool ${latencyP95Seconds})`,
    `(${completion()} > bool 0.95)`,
  ];
  return [
    {
      kind: "stat",
      title: "Health score",
      description: "Share of five checks that pass: CPU, memory, errors, response time, completed tasks.",
      unit: "percentunit",
      levels: { warn: 0.99, crit: 0.61, lowIsBad: true },
      queries: [query(`(${checks.join(" + ")}) / ${checks.length}`)],
    },
    {
      kind: "stat",
      title: "CPU",
      description: "Of the pods' limit, over all pods; the busiest workload counts.",
      unit: "percentunit",
      levels: CPU,
      queries: [query(`max(${cpuRatio(facts)})`)],
    },
    {
      kind: "stat",
      title: "Memory",
      description: "Of the memory limit, of the fullest pod. At 92 % a pod drains and is replaced.",
      unit: "percentunit",
      levels: MEMORY,
      queries: [query(`max(${memoryRatio()})`)],
    },
    {
      kind: "stat",
      title: "Response time, 1 h",
      description: "95th percentile of the last hour.",
      unit: "s",
      levels: { warn: facts.objectives.latencyP95Seconds, crit: latencyP95Seconds },
      queries: [query(quantile(0.95, METRICS.requestDurationSeconds, [], "1h"))],
    },
    {
      kind: "stat",
      title: "Error rate, 1 h",
      description: "Part of the requests of the last hour that ended in an error.",
      unit: "percentunit",
      levels: { warn: errorRatio / 2, crit: errorRatio },
      queries: [query(errors("1h"))],
    },
    {
      kind: "stat",
      title: "Completed, 24 h",
      description:
        "Part of the requests of the last day that were answered as asked; refused ones are left out.",
      unit: "percentunit",
      levels: { warn: 0.99, crit: 0.95, lowIsBad: true },
      queries: [query(completion())],
    },
  ];
}

function trafficPanels(): Panel[] {
  return [
    {
      kind: "graph",
      title: "Requests",
      description: "A second, by how they ended.",
      unit: "reqps",
      queries: [query(`sum by (status) (${rate(METRICS.requestsTotal)})`, "{{status}}")],
    },
    {
      kind: "graph",
      title: "Under way",
      description: "Requests being served now, by agent type.",
      unit: "short",
      queries: [query(`sum by (agent_type) (${series(METRICS.activeCount)})`, "{{agent_type}}")],
    },
    {
      kind: "graph",
      title: "Pods",
      description: "Pods whose metrics are read, by workload.",
      unit: "short",
      queries: [query(`count by (job) (${series("up")} == 1)`, "{{job}}")],
    },
    {
      kind: "graph",
      title: "Errors",
      description: "A second, by code. What begins with upstream_ is the API's own error.",
      unit: "reqps",
      queries: [
        rare(
          `sum by (error_type) (${rate(METRICS.errorsTotal)})`,
          "{{error_type}}",
          "no request has failed yet",
        ),
      ],
    },
  ];
}

/** CPU by its limit, of each workload with its own. */
export function cpuRatio({ services }: ObservabilityFacts): string {
  return services
    .map(
      ({ service, cpuLimitCores }) =>
        `max by (job) (${rate("process_cpu_seconds_total", { job: service })}) / ${cpuLimitCores}`,
    )
    .join(" or ");
}

export const memoryRatio = () => series(METRICS.memoryUsedRatio, { kind: "rss" });

/** No errors are no series, and none of all requests. */
function errors(range: string): string {
  const sum = (status?: string) =>
    `sum(rate(${series(METRICS.requestsTotal, status === undefined ? {} : { status })}[${range}]))`;
  return `((${sum("error")} or vector(0)) / ${sum()})`;
}

function completion(): string {
  const sum = (status: string | readonly string[]) =>
    `sum(increase(${series(METRICS.requestsTotal, { status })}[24h]))`;
  return `(${sum("success")} / ${sum(["success", "error"])})`;
}

/** Panels about single processes, for whoever looks closer. */
export function processPanels(facts: ObservabilityFacts): Panel[] {
  const jobs = jobsOf(facts);
  return [
    {
      kind: "graph",
      title: "CPU by workload",
      description: "Of the pods' limit; the busiest pod of each workload.",
      unit: "percentunit",
      levels: CPU,
      queries: [query(cpuRatio(facts), "{{job}}")],
    },
    {
      kind: "graph",
      title: "Memory by pod",
      description: "Of the memory limit, and V8's heap of its own.",
      unit: "percentunit",
      levels: MEMORY,
      queries: [query(`max by (pod, kind) (${series(METRICS.memoryUsedRatio)})`, "{{pod}} {{kind}}")],
    },
    {
      kind: "graph",
      title: "Event loop",
      description: "99th percentile of its lag: time in which a process lets nothing else in.",
      unit: "s",
      levels: { warn: 0.1, crit: 0.5 },
      queries: [query(`max by (pod) (${series("nodejs_eventloop_lag_p99_seconds", jobs)})`, "{{pod}}")],
    },
    {
      kind: "list",
      title: "Age of processes",
      description: "How long each has been running; young ones have restarted.",
      unit: "s",
      queries: [query(`time() - max by (pod) (${series("process_start_time_seconds", jobs)})`, "{{pod}}")],
    },
  ];
}
