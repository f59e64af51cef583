import type { Field } from "../manifests/field.ts";
import type { Placed, Stack } from "../manifests/stack.ts";
import { violation } from "../pack/finding.ts";
import { type StackFinding, stackPolicy } from "../pack/stack-policy.ts";
import { AGENT_PARAMETERS, type AgentConfig, agentsOf, judgeAgents } from "./agents.ts";
import { QueryReach } from "./query-reach.ts";

interface Config extends AgentConfig {
  readonly dashboardLabel: string;
  readonly metrics: readonly string[];
}

const REMEDY =
  "Turn observability on, or add dashboards to the region whose queries show the metrics by agent_type for the namespace.";
const METRICS = [
  "claude_agent_requests_total",
  "claude_agent_request_duration_seconds",
  "claude_agent_errors_total",
  "claude_agent_tokens_used_total",
  "claude_agent_api_cost_total",
];

const METADATA = { name: "claude-agent-research", namespace: "ai-agents" };
const AGENT = {
  apiVersion: "apps/v1",
  kind: "Deployment",
  metadata: METADATA,
  spec: { template: { metadata: { labels: { app: "claude-agent" } } } },
};
const dashboard = (metrics: readonly string[], namespace = "ai-agents") => ({
  apiVersion: "v1",
  kind: "ConfigMap",
  metadata: { ...METADATA, labels: { grafana_dashboard: "1" } },
  data: {
    "agents.json": JSON.stringify({
      panels: metrics.map((metric) => ({
        targets: [{ expr: `sum by (agent_type) (rate(${metric}{namespace="${namespace}"}[5m]))` }],
      })),
    }),
  },
});

export const stackRequireDashboards = stackPolicy<Config>({
  name: "stack-require-dashboards",
  description:
    "Dashboards of the region show every class of agents its requests, latency, errors, tokens and cost.",
  severity: "medium",
  controls: [{ framework: "nist", control: "SI-4, AU-6" }],
  reason:
    "In an incident nobody writes queries: a class of agents whose figures no dashboard of its region shows is a blind spot.",
  remedy: REMEDY,
  parameters: {
    ...AGENT_PARAMETERS,
    dashboardLabel: {
      type: "string",
      minLength: 1,
      default: "grafana_dashboard",
      description: "Label of the ConfigMaps that Grafana loads as dashboards.",
    },
    metrics: {
      type: "array",
      items: { type: "string", minLength: 1 },
      default: METRICS,
      description: "Metrics that a dashboard has to show by agent_type.",
    },
  },
  examples: {
    pass: [
      { what: "a dashboard with all metrics", objects: [AGENT, dashboard(METRICS)] },
      { what: "a workload of something else", objects: [{ ...AGENT, spec: { template: {} } }] },
    ],
    fail: [
      { what: "no dashboard", objects: [AGENT] },
      { what: "a dashboard of another namespace", objects: [AGENT, dashboard(METRICS, "staging")] },
      { what: "no dashboard of the cost", objects: [AGENT, dashboard(METRICS.slice(0, 4))] },
    ],
  },
  judge: (stack, config) => {
    const agents = agentsOf(stack, config);
    if (agents.length === 0) return [];
    const { reach, unreadable } = dashboardsOf(stack, config);
    const judged = judgeAgents(agents, reach, config.metrics, (missing) => [
      `no dashboard of its region shows ${missing} of its namespace by agent_type.`,
      REMEDY,
    ]);
    return [...unreadable, ...judged];
  },
});

/** What the queries of all dashboards of the stack look at; a dashboard that is no JSON is dropped by Grafana. */
function dashboardsOf(stack: Stack, { dashboardLabel, metrics }: Config) {
  const reach = new QueryReach();
  const unreadable: StackFinding[] = [];
  for (const { placed, file } of filesOf(stack, dashboardLabel)) {
    const queries = file.unknown ? [] : queriesIn(file.text);
    if (file.unknown) reach.addUnknown(placed, file);
    if (queries === undefined) {
      const finding = violation(file, "it is no JSON, so Grafana shows nothing of it.", "Write valid JSON.");
      unreadable.push({ placed, finding });
    }
    for (const query of queries ?? []) {
      for (const metric of metricsByType(query, metrics)) reach.add(placed.cluster, metric, query);
    }
  }
  return { reach, unreadable };
}

/** The metrics that a query shows for each agent_type, or for the one that the reader of the dashboard chooses. */
function metricsByType(query: string, metrics: readonly string[]): readonly string[] {
  if (!BY_TYPE.test(query)) return [];
  const names = new Set(
    Array.from(query.matchAll(/[a-zA-Z_:][\w:]*/g), ([name]) => name.replace(SERIES, "")),
  );
  return metrics.filter((metric) => names.has(metric.replace(SERIES, "")));
}

const BY_TYPE = /\bby\s*\([^()]*\bagent_type\b|\bagent_type\s*=~?\s*["'`]\$/;
/** Suffixes of the series of a histogram. */
const SERIES = /_(?:bucket|count|sum)$/;

/** The files of ConfigMaps that are dashboards, and labels that do not tell yet whether they are. */
function filesOf(stack: Stack, dashboardLabel: string): { placed: Placed; file: Field }[] {
  return stack.ofKind("ConfigMap").flatMap((placed) => {
    const { root } = placed.manifest;
    const label = root.at("metadata", "labels", dashboardLabel);
    if (label.unknown) return [{ placed, file: label }];
    if (label.missing) return [];
    return root
      .at("data")
      .entries()
      .map(([, file]) => ({ placed, file }));
  });
}

/** The queries of a dashboard; undefined where it cannot be read. */
function queriesIn(text: string | undefined): string[] | undefined {
  const queries: string[] = [];
  try {
    JSON.parse(text ?? "", (key, value: unknown) => {
      if (key === "expr" && typeof value === "string") queries.push(value);
      return value;
    });
  } catch {
    return undefined;
  }
  return queries;
}
