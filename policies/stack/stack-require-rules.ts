import type { Placed, Stack } from "../manifests/stack.ts";
import { stackPolicy } from "../pack/stack-policy.ts";
import { AGENT_PARAMETERS, type AgentConfig, agentsOf, judgeAgents } from "./agents.ts";
import { QueryReach } from "./query-reach.ts";

interface Config extends AgentConfig {
  readonly alerts: readonly string[];
}

const REMEDY =
  "Turn observability on, or add the alerts to a PrometheusRule of the region, with the namespace and the job of the workload.";
const ALERTS = ["AgentDown", "HighAPIUsage", "HighErrorRate", "HighLatency", "HighMemoryUsage"];

const METADATA = { name: "claude-agent-research", namespace: "ai-agents" };
const AGENT = {
  apiVersion: "apps/v1",
  kind: "Deployment",
  metadata: METADATA,
  spec: { template: { metadata: { labels: { app: "claude-agent" } } } },
};
const rules = (job: string, alerts: readonly string[]) => ({
  apiVersion: "monitoring.coreos.com/v1",
  kind: "PrometheusRule",
  metadata: METADATA,
  spec: {
    groups: [
      {
        name: "agents",
        rules: alerts.map((alert) => ({ alert, expr: `absent(up{namespace="ai-agents",job="${job}"})` })),
      },
    ],
  },
});

export const stackRequireRules = stackPolicy<Config>({
  name: "stack-require-rules",
  description: "Every class of agents is watched by the alerts of the platform.",
  severity: "high",
  controls: [{ framework: "nist", control: "SI-4, CA-7" }],
  reason:
    "A class of agents that is added without alerts fails unseen: the alerts of the others name their own jobs and namespaces.",
  remedy: REMEDY,
  parameters: {
    ...AGENT_PARAMETERS,
    alerts: {
      type: "array",
      items: { type: "string", minLength: 1 },
      default: ALERTS,
      description:
        "Alerts that every class of agents needs; one that names no namespace and no job watches all. Of patterns only names, beginnings such as `claude-agent-.*` and `|` count.",
    },
  },
  examples: {
    pass: [
      { what: "all alerts for the job", objects: [AGENT, rules("claude-agent-research", ALERTS)] },
      { what: "a workload of something else", objects: [{ ...AGENT, spec: { template: {} } }] },
    ],
    fail: [
      { what: "no rules", objects: [AGENT] },
      { what: "rules for another job", objects: [AGENT, rules("claude-agent-coordinator", ALERTS)] },
      { what: "an alert that is missing", objects: [AGENT, rules("claude-agent-research", ALERTS.slice(1))] },
    ],
  },
  judge: (stack, config) =>
    judgeAgents(agentsOf(stack, config), alertsOf(stack), config.alerts, (missing) => [
      `no PrometheusRule of its region watches it with ${missing}.`,
      REMEDY,
    ]),
});

/** What every alert of the stack looks at. */
function alertsOf(stack: Stack): QueryReach {
  const reach = new QueryReach();
  for (const placed of stack.ofKind("PrometheusRule")) {
    for (const rule of rulesOf(placed)) {
      const [alert, expr] = [rule.at("alert"), rule.at("expr")];
      for (const field of [alert, expr].filter(({ unknown }) => unknown)) reach.addUnknown(placed, field);
      // A rule without alert records a series: no alert has its empty name.
      if (expr.text !== undefined) reach.add(placed.cluster, alert.text ?? "", expr.text);
    }
  }
  return reach;
}

function rulesOf({ manifest }: Placed) {
  const groups = manifest.root.at("spec", "groups").items();
  return groups.flatMap((group) => group.at("rules").items());
}
