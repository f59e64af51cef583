import type { IPrometheusRule } from "@kubernetes-models/prometheus-operator/monitoring.coreos.com/v1/PrometheusRule";
import { type Alert, dashboardUid, runbookSlug } from "./alert.ts";
import { agentAlerts } from "./alerts/agents.ts";
import { storeAlerts } from "./alerts/stores.ts";
import { upstreamAlerts } from "./alerts/upstream.ts";
import { watchdogAlert } from "./alerts/watchdog.ts";
import type { Links, ObservabilityFacts } from "./facts.ts";
import { plainText } from "./promql.ts";
import { recordedLabels, recordingRules, sloAlerts } from "./slo.ts";

export type RuleSpec = IPrometheusRule["spec"];
type Groups = NonNullable<RuleSpec["groups"]>;
type Rules = NonNullable<Groups[number]["rules"]>;

/** Alerts by the group that evaluates them. */
const ALERT_TABLES = {
  agents: agentAlerts,
  upstream: upstreamAlerts,
  stores: storeAlerts,
  objectives: sloAlerts,
  watchdog: watchdogAlert,
} as const;

/** Every alert of a region, table by table. */
export function alertsOf(facts: ObservabilityFacts): Alert[] {
  return Object.values(ALERT_TABLES).flatMap((table) => table(facts));
}

/** All rules of a region: recording rules first, as alerts are made from what they record. */
export function buildRules(facts: ObservabilityFacts): RuleSpec {
  const recorded: Rules = recordingRules(facts).map((rule) => ({ ...rule, labels: recordedLabels(facts) }));
  const alerts = Object.entries(ALERT_TABLES).map(([name, table]) => ({
    name: `claude-agents-${name}`,
    rules: table(facts).map((alert) => alertingRule(alert, facts)),
  }));
  return { groups: [{ name: "claude-agents-recorded", interval: "30s", rules: recorded }, ...alerts] };
}

/** Routes of Alertmanager go by the namespace, so every alert has it, whatever its expression leaves. */
function alertingRule(
  alert: Alert,
  { namespace, region, environment, links }: ObservabilityFacts,
): Rules[number] {
  const { name, severity, team, summary, description, expr, labels } = alert;
  return {
    alert: name,
    expr,
    for: alert.for,
    labels: { severity, team, namespace, region, environment, ...labels },
    annotations: { summary, description: plainText(description), ...linksOf(alert, links) },
  };
}

function linksOf({ name, dashboard }: Alert, { runbooksUrl, grafanaUrl }: Links): Record<string, string> {
  return {
    runbook_url: `${runbooksUrl}/${runbookSlug(name)}.md`,
    ...(grafanaUrl === undefined ? {} : { dashboard_url: `${grafanaUrl}/d/${dashboardUid(dashboard)}` }),
  };
}
