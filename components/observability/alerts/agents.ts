import { METRICS } from "../../../agent-runtime/src/contract.ts";
import type { Alert, AlertTable } from "../alert.ts";
import type { ObservabilityFacts, ServiceFacts } from "../facts.ts";
import { happened, select } from "../promql.ts";

/** What callers notice, and what the pods that serve them are short of. */
export const agentAlerts: AlertTable = (facts) => [
  ...trafficAlerts(facts),
  ...facts.services.flatMap((service) => podAlerts(facts, service)),
  ...processAlerts(facts),
];

function trafficAlerts(facts: ObservabilityFacts): Alert[] {
  const { errorRatio, latencyP95Seconds, tokensPerHour } = facts.thresholds;
  const requests = (matchers = {}) => `rate(${select(facts, METRICS.requestsTotal, matchers)}[5m])`;
  const byType = (expr: string) => `sum by (agent_type) (${expr})`;
  return [
    {
      name: "HighErrorRate",
      severity: "critical",
      team: "platform",
      dashboard: "overview",
      for: "2m",
      expr: `${byType(requests({ status: "error" }))} / ${byType(requests())} > ${errorRatio}`,
      summary: `{{ $value | humanizePercentage }} of the requests of {{ $labels.agent_type }} fail`,
      description: `More than ${percent(errorRatio)} of the requests of an agent type ended in an error over 5 minutes.`,
    },
    {
      name: "HighLatency",
      severity: "warning",
      team: "platform",
      dashboard: "overview",
      for: "1m",
      expr: `histogram_quantile(0.95, sum by (agent_type, le) (rate(${select(facts, `${METRICS.requestDurationSeconds}_bucket`)}[5m]))) > ${latencyP95Seconds}`,
      summary: `The 95th percentile of {{ $labels.agent_type }} is {{ $value | humanizeDuration }}`,
      description: `One request in twenty of an agent type takes longer than ${latencyP95Seconds} s.`,
    },
    {
      name: "HighAPIUsage",
      severity: "warning",
      team: "agents",
      dashboard: "cost",
      for: "5m",
      expr: `sum by (agent_type) (increase(${select(facts, METRICS.tokensUsedTotal)}[1h])) > ${tokensPerHour}`,
      summary: `{{ $labels.agent_type }} used {{ $value | humanize }} tokens within an hour`,
      description: `An agent type used more than ${tokensPerHour} tokens within an hour.`,
    },
  ];
}

/** A vanished series says nothing, so its absence is asked for, workload by workload. */
function podAlerts(
  facts: ObservabilityFacts,
  { name, service, minReplicas, maxReplicas }: ServiceFacts,
): Alert[] {
  const up = `${select(facts, "up", { job: service })} == 1`;
  const common = { team: "platform", dashboard: "regions", labels: { service } } as const;
  return [
    {
      ...common,
      name: "AgentDown",
      severity: "critical",
      for: "1m",
      expr: `absent(${up})`,
      summary: `No pod of ${name} answers in ${facts.region}`,
      description: "No pod tells metrics: the workload is down, or the monitoring cannot reach it.",
    },
    {
      ...common,
      name: "AgentReplicasLow",
      severity: "warning",
      for: "10m",
      expr: `count(${up}) < ${minReplicas}`,
      summary: `${name} has {{ $value }} of at least ${minReplicas} pods`,
      description: "Fewer pods than the autoscaler's minimum answer for ten minutes.",
    },
    {
      ...common,
      name: "AutoscalerAtMaximum",
      severity: "warning",
      for: "15m",
      expr: `count(${up}) >= ${maxReplicas}`,
      summary: `${name} has been at its maximum of ${maxReplicas} pods for 15 minutes`,
      description: "The autoscaler may not add pods; more load makes answers slower or is refused.",
    },
  ];
}

function processAlerts(facts: ObservabilityFacts): Alert[] {
  const jobs = { job: facts.services.map(({ service }) => service) };
  const common = { team: "platform", dashboard: "overview", severity: "warning" } as const;
  return [
    {
      ...common,
      name: "HighMemoryUsage",
      for: "5m",
      expr: `max by (job, pod) (${select(facts, METRICS.memoryUsedRatio, { kind: "rss" })}) > ${facts.thresholds.memoryRatio}`,
      summary: `{{ $labels.pod }} uses {{ $value | humanizePercentage }} of its memory limit`,
      description: `A pod has used more than ${percent(facts.thresholds.memoryRatio)} of its memory for 5 minutes; at 92 % it drains and is replaced.`,
    },
    {
      ...common,
      name: "AgentRestarting",
      for: "1m",
      expr: `changes(${select(facts, "process_start_time_seconds", jobs)}[30m]) > 2`,
      summary: `{{ $labels.pod }} has restarted {{ $value }} times within half an hour`,
      description: "A container ends and is started again and again.",
    },
    {
      ...common,
      name: "EventLoopBlocked",
      for: "5m",
      expr: `max by (job, pod) (${select(facts, "nodejs_eventloop_lag_p99_seconds", jobs)}) > 0.5`,
      summary: `The event loop of {{ $labels.pod }} is late by {{ $value | humanizeDuration }}`,
      description:
        "A process is busy with something that does not let others in; every request through it waits.",
    },
    {
      ...common,
      name: "GatewayOverheadHigh",
      dashboard: "gateway",
      for: "10m",
      expr: `histogram_quantile(0.99, sum by (operation, le) (rate(${select(facts, `${METRICS.gatewayOverheadSeconds}_bucket`)}[5m]))) > 0.25`,
      summary: `The gateway itself takes {{ $value | humanizeDuration }} of {{ $labels.operation }}`,
      description:
        "One request in a hundred spends more than 250 ms in the gateway, the waiting for the upstream not counted.",
    },
    {
      ...common,
      name: "ConfigurationRefused",
      for: "0m",
      expr: happened(select(facts, METRICS.configReloadsTotal, { outcome: "refused" }), "file", "15m"),
      summary: `A change of {{ $labels.file }} was refused`,
      description:
        "The last good files stay in force; the log of the pods says what is wrong with the new ones.",
    },
    {
      ...common,
      name: "GatewayShedding",
      dashboard: "gateway",
      for: "2m",
      expr: `sum by (reason) (rate(${select(facts, METRICS.shedTotal)}[5m])) > 0`,
      summary: `{{ $value | humanize }} requests a second are refused for {{ $labels.reason }}`,
      description: "Pods refuse requests with 529 because they are overloaded.",
    },
  ];
}

const percent = (ratio: number) => `${Number((ratio * 100).toPrecision(3))} %`;
