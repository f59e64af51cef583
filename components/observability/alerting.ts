import type { IAlertmanagerConfig } from "@kubernetes-models/prometheus-operator/monitoring.coreos.com/v1alpha1/AlertmanagerConfig";
import type { ObservabilitySettings } from "../config/observability-schema.ts";
import type { Severity, Team } from "./alert.ts";

export type AlertingSpec = NonNullable<IAlertmanagerConfig["spec"]>;
type Receiver = NonNullable<AlertingSpec["receivers"]>[number];
type Settings = ObservabilitySettings["alerting"];

/** Written by the operator's webhook conversion as any JSON, so checked here. */
interface Route {
  readonly receiver: string;
  readonly matchers: readonly { readonly name: string; readonly value: string; readonly matchType: "=" }[];
  readonly groupWait?: string;
  readonly groupInterval?: string;
  readonly repeatInterval?: string;
}

const NOBODY = "nobody";
const WATCHDOG = "watchdog";

/** Who hears of what, sorted from the most urgent. */
const SEVERITIES = ["critical", "warning", "info"] as const satisfies readonly Severity[];
const TEAMS = ["platform", "agents"] as const satisfies readonly Team[];

/** How soon people hear again of what lasts. */
const REPEAT: Record<Severity, string> = { critical: "1h", warning: "12h", info: "24h" };

/**
 * Routes by severity and team. The operator lets a configuration hear of the alerts of its own namespace only, which every
 * alert of this stack therefore carries.
 */
export function buildAlerting(settings: Settings): AlertingSpec {
  const teams = SEVERITIES.flatMap((severity) => TEAMS.map((team) => ({ severity, team })));
  const routes: Route[] = [
    ...(settings.watchdogUrlSecret === undefined ? [] : [watchdogRoute()]),
    ...teams.map(({ severity, team }) => ({
      receiver: receiverName(severity, team),
      matchers: [equals("severity", severity), equals("team", team)],
      repeatInterval: REPEAT[severity],
    })),
  ];
  return {
    route: {
      receiver: NOBODY,
      groupBy: ["alertname", "region", "service"],
      groupWait: "30s",
      groupInterval: "5m",
      repeatInterval: "12h",
      routes: [...routes],
    },
    receivers: [
      { name: NOBODY },
      ...(settings.watchdogUrlSecret === undefined ? [] : [watchdogReceiver(settings.watchdogUrlSecret)]),
      ...teams.map(({ severity, team }) => receiverOf(severity, team, settings)),
    ],
    inhibitRules: inhibitions(),
  };
}

const receiverName = (severity: Severity, team: Team) => `${severity}-${team}`;

function receiverOf(severity: Severity, team: Team, { pagerDuty, slack, email }: Settings): Receiver {
  return {
    name: receiverName(severity, team),
    ...(pagerDuty !== undefined && severity === "critical"
      ? { pagerdutyConfigs: [pagerDutyOf(pagerDuty)] }
      : {}),
    ...(slack !== undefined && severity !== "info" ? { slackConfigs: [slackOf(slack, team)] } : {}),
    ...(email === undefined ? {} : { emailConfigs: [emailOf(email)] }),
  };
}

function pagerDutyOf({ routingKeySecret }: NonNullable<Settings["pagerDuty"]>) {
  return {
    routingKey: routingKeySecret,
    severity: "critical",
    description: "{{ .CommonAnnotations.summary }}",
    details: [
      { key: "region", value: "{{ .CommonLabels.region }}" },
      { key: "runbook", value: "{{ .CommonAnnotations.runbook_url }}" },
      { key: "dashboard", value: "{{ .CommonAnnotations.dashboard_url }}" },
    ],
    sendResolved: true,
  };
}

function slackOf(slack: NonNullable<Settings["slack"]>, team: Team) {
  return {
    apiURL: slack.webhookSecret,
    channel: team === "platform" ? slack.platformChannel : slack.agentsChannel,
    title: "{{ .CommonLabels.alertname }} in {{ .CommonLabels.region }}",
    titleLink: "{{ .CommonAnnotations.runbook_url }}",
    text: "{{ range .Alerts }}{{ .Annotations.summary }}\n{{ end }}{{ .CommonAnnotations.description }}",
    sendResolved: true,
  };
}

function emailOf({ to, from, smarthost, username, passwordSecret }: NonNullable<Settings["email"]>) {
  return {
    to,
    from,
    smarthost,
    ...(username === undefined ? {} : { authUsername: username }),
    ...(passwordSecret === undefined ? {} : { authPassword: passwordSecret }),
    requireTLS: true,
    sendResolved: true,
  };
}

/** Every minute, so that its absence is noticed within minutes. */
function watchdogRoute(): Route {
  return {
    receiver: WATCHDOG,
    matchers: [equals("alertname", "Watchdog")],
    groupWait: "0s",
    groupInterval: "1m",
    repeatInterval: "1m",
  };
}

function watchdogReceiver(urlSecret: NonNullable<Settings["watchdogUrlSecret"]>): Receiver {
  return { name: WATCHDOG, webhookConfigs: [{ urlSecret, sendResolved: false }] };
}

/** One cause, one page: what follows from something critical is not told beside it. */
function inhibitions(): NonNullable<AlertingSpec["inhibitRules"]> {
  const silences = (source: string, targets: readonly string[], equal: string[]) => ({
    sourceMatch: [equals("alertname", source)],
    targetMatch: [{ name: "alertname", value: targets.join("|"), matchType: "=~" as const }],
    equal,
  });
  return [
    {
      sourceMatch: [equals("severity", "critical")],
      targetMatch: [equals("severity", "warning")],
      equal: ["namespace", "region", "alertname"],
    },
    silences(
      "AgentDown",
      ["AgentReplicasLow", "HighErrorRate", "AvailabilityBudgetBurn(Fast|Slow)"],
      ["namespace", "region"],
    ),
    silences(
      "ValkeyDown",
      ["ValkeyReplicaMissing", "ValkeyMasterUnclear", "StoreDown", "StoreUnreachable"],
      ["namespace", "region"],
    ),
    silences("StoreDown", ["StoreUnreachable"], ["namespace", "region"]),
    silences("UpstreamSpendCapReached", ["HighErrorRate", "UpstreamRateLimited"], ["namespace", "region"]),
    silences("BudgetSpent", ["BudgetNearlySpent"], ["namespace", "region", "scope", "window"]),
  ];
}

function equals(name: string, value: string) {
  return { name, value, matchType: "=" as const };
}
