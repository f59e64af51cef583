import { PrometheusRule } from "@kubernetes-models/prometheus-operator/monitoring.coreos.com/v1/PrometheusRule";
import { ServiceMonitor } from "@kubernetes-models/prometheus-operator/monitoring.coreos.com/v1/ServiceMonitor";
import { AlertmanagerConfig } from "@kubernetes-models/prometheus-operator/monitoring.coreos.com/v1alpha1/AlertmanagerConfig";
import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { runbookSlug } from "../../../components/observability/alert.ts";
import { plainText, select } from "../../../components/observability/promql.ts";
import { alertsOf, buildRules } from "../../../components/observability/rules.ts";
import { Observability } from "../../../components/observability.ts";
import { faultOf, read } from "../read-config.ts";
import { only, type Recorded, record, recordStack } from "../record-stack.ts";
import { validConfig } from "../valid-config.ts";
import { FACTS } from "./sample-facts.ts";

const ALERTING = {
  pagerDuty: { routingKeySecret: { name: "alerting", key: "pagerduty" } },
  slack: {
    webhookSecret: { name: "alerting", key: "slack" },
    platformChannel: "#platform",
    agentsChannel: "#agents",
  },
  email: { to: "a@example.com", from: "b@example.com", smarthost: "mail.example.com:587" },
  watchdogUrlSecret: { name: "alerting", key: "watchdog" },
};
const MODELS = { ServiceMonitor, PrometheusRule, AlertmanagerConfig };

async function build(changes: Partial<typeof FACTS> = {}) {
  const { resources } = await record(() => {
    const settings = { labels: { release: "prometheus" }, alerting: ALERTING };
    new Observability("obs", { namespace: "ai-agents", facts: { ...FACTS, ...changes }, settings });
  });
  return resources;
}

const custom = (resources: readonly Recorded[]) =>
  resources.filter(({ type }) => type.startsWith("kubernetes:monitoring.coreos.com"));

describe("the observability of a region", () => {
  test("is a monitor for each Service with metrics, rules, routes of alerts and dashboards", async () => {
    const resources = await build();
    expect(resources.map(({ type, name }) => `${type.split(":").at(-1)} ${name}`).sort()).toEqual([
      "AlertmanagerConfig obs-alerting",
      ...["agents", "cost", "gateway", "overview", "postgres", "regions", "slo", "valkey"].map(
        (name) => `ConfigMap obs-dashboard-${name}`,
      ),
      "Observability obs",
      "PrometheusRule obs-rules",
      "ServiceMonitor obs-monitor-claude-agent-coordinator",
      "ServiceMonitor obs-monitor-claude-agent-postgres",
      "ServiceMonitor obs-monitor-claude-agent-support",
      "ServiceMonitor obs-monitor-claude-agent-valkey",
    ]);
  });

  test("is valid to the operator's own schemas", async () => {
    for (const { inputs } of custom(await build())) {
      const { kind, ...rest } = inputs;
      const Model = MODELS[kind as keyof typeof MODELS];
      expect(() => new Model({ ...rest, metadata: { name: rest.metadata.name } }).validate()).not.toThrow();
    }
  });

  test("carries the labels by which the monitoring selects it", async () => {
    for (const { inputs } of custom(await build())) expect(inputs.metadata.labels.release).toBe("prometheus");
  });

  test("scrapes agents every 10 s and stores every 15 s, and says where series are from", async () => {
    const resources = await build();
    const endpoint = (name: string) =>
      only(resources, "kubernetes:monitoring.coreos.com/v1:ServiceMonitor", `obs-monitor-${name}`).inputs.spec
        .endpoints[0];
    expect(endpoint("claude-agent-support")).toEqual({
      port: "metrics",
      interval: "10s",
      relabelings: [
        { targetLabel: "region", replacement: "eu" },
        { targetLabel: "environment", replacement: "production" },
      ],
    });
    expect(endpoint("claude-agent-valkey")).toMatchObject({ port: "exporter", interval: "15s" });
  });

  test("has neither monitors nor alerts of stores that are somebody else's", async () => {
    const { valkey: _, ...facts } = FACTS;
    const { resources } = await record(() => {
      const settings = { labels: {}, alerting: {} };
      new Observability("obs", {
        namespace: "ai-agents",
        facts: { ...facts, postgres: "external" },
        settings,
      });
    });
    const monitors = resources.filter(({ type }) => type.endsWith(":ServiceMonitor"));
    expect(monitors.map(({ name }) => name)).toEqual([
      "obs-monitor-claude-agent-coordinator",
      "obs-monitor-claude-agent-support",
    ]);
    const names = alertsOf({ ...facts, postgres: "external" }).map(({ name }) => name);
    expect(names.filter((name) => /^(Valkey|Postgres)/.test(name))).toEqual([]);
  });
});

describe("who is told", () => {
  const specOf = async () =>
    only(await build(), "kubernetes:monitoring.coreos.com/v1alpha1:AlertmanagerConfig", "obs-alerting").inputs
      .spec;

  test("what is critical wakes somebody up; a warning is said in the channel of the team", async () => {
    const { receivers } = await specOf();
    const kinds = Object.fromEntries(
      receivers.map(({ name, ...configs }: { name: string }) => [name, Object.keys(configs).sort()]),
    );
    expect(kinds).toEqual({
      nobody: [],
      watchdog: ["webhookConfigs"],
      "critical-platform": ["emailConfigs", "pagerdutyConfigs", "slackConfigs"],
      "critical-agents": ["emailConfigs", "pagerdutyConfigs", "slackConfigs"],
      "warning-platform": ["emailConfigs", "slackConfigs"],
      "warning-agents": ["emailConfigs", "slackConfigs"],
      "info-platform": ["emailConfigs"],
      "info-agents": ["emailConfigs"],
    });
    const channel = (name: string) =>
      receivers.find((each: { name: string }) => each.name === name).slackConfigs[0].channel;
    expect([channel("warning-platform"), channel("warning-agents")]).toEqual(["#platform", "#agents"]);
  });

  test("every severity and team has a route, and the watchdog's comes first", async () => {
    const { route } = await specOf();
    expect(route.routes.map(({ receiver }: { receiver: string }) => receiver)).toEqual([
      "watchdog",
      "critical-platform",
      "critical-agents",
      "warning-platform",
      "warning-agents",
      "info-platform",
      "info-agents",
    ]);
  });

  test("what follows from something critical is not told beside it", async () => {
    const { inhibitRules } = await specOf();
    const names = new Set(alertsOf(FACTS).map(({ name }) => name));
    for (const { sourceMatch, targetMatch, equal } of inhibitRules) {
      expect(equal).toContain("region");
      for (const { name, value, matchType } of [...sourceMatch, ...targetMatch]) {
        if (name !== "alertname") continue;
        const pattern = new RegExp(`^(${value})$`);
        const matched = [...names].filter((each) =>
          matchType === "=~" ? pattern.test(each) : each === value,
        );
        expect(matched, value).not.toEqual([]);
      }
    }
  });

  test("secrets are named, never written", async () => {
    const spec = await specOf();
    expect(JSON.stringify(spec)).not.toMatch(/https?:/);
    const [critical] = spec.receivers.filter(({ name }: { name: string }) => name === "critical-platform");
    expect(critical.slackConfigs[0].apiURL).toEqual({ name: "alerting", key: "slack" });
    expect(critical.pagerdutyConfigs[0].routingKey).toEqual({ name: "alerting", key: "pagerduty" });
  });
});

describe("every alert", () => {
  const rules = (buildRules(FACTS).groups ?? []).flatMap(({ rules: each = [] }) => each);
  const alerts = rules.filter(({ alert }) => alert !== undefined);

  test("says how bad it is, who is told, where, and links to its runbook and dashboard", () => {
    for (const { alert = "", labels, annotations } of alerts) {
      expect(labels).toMatchObject({ namespace: "ai-agents", region: "eu", environment: "production" });
      expect(["critical", "warning", "info"]).toContain(labels?.["severity"]);
      expect(["platform", "agents"]).toContain(labels?.["team"]);
      expect(annotations?.["runbook_url"]).toBe(`https://runbooks.example.com/${runbookSlug(alert)}.md`);
      expect(annotations?.["dashboard_url"]).toMatch(
        /^https:\/\/grafana\.example\.com\/d\/claude-agents-[a-z]+$/,
      );
    }
  });

  test("looks at its own region alone", () => {
    for (const { expr } of alerts) {
      for (const selector of String(expr).match(/\{[^}]*\}/g) ?? [])
        expect(selector).toContain('region="eu"');
    }
  });
});

test("recording rules are named by level, metric and operations", () => {
  const names = (buildRules(FACTS).groups ?? []).flatMap(({ rules = [] }) =>
    rules.flatMap(({ record: name }) => name ?? []),
  );
  expect(names.length).toBeGreaterThan(0);
  for (const name of names) expect(name).toMatch(/^region:[a-z_]+:[a-z_]+\d+[mhd]$/);
});

describe("fault 11: names that would change a query or a template", () => {
  test("stay inside their quotes, whatever they hold", () => {
    fc.assert(
      fc.property(fc.string({ unit: "binary" }), (region) => {
        const selector = select({ namespace: "ai-agents", region }, "up");
        const inside = selector.slice('up{namespace="ai-agents",region='.length, -1);
        expect(JSON.parse(inside)).toBe(region);
      }),
    );
  });

  test("are no templates of Prometheus", () => {
    expect(plainText("{{ $labels.x }}")).toBe('{{ "{{" }} $labels.x }}');
  });

  test("several are matched one by one, not as a pattern", () => {
    expect(select(FACTS, "up", { job: ["a.b", "c|d"] })).toContain('job=~"a\\\\.b|c\\\\|d"');
  });
});

describe("the configuration of observability", () => {
  const enabled = { enabled: true, runbooksUrl: "https://runbooks.example.com" };

  test("is off when nothing is stated", async () => {
    const { resources } = await recordStack(validConfig());
    expect(custom(resources)).toEqual([]);
  });

  test("is on in every region when it is", async () => {
    const { resources } = await recordStack(
      validConfig({ observability: enabled, agents: [{ name: "support" }] }),
    );
    const monitors = resources.filter(({ type }) => type.endsWith(":ServiceMonitor")).map(({ name }) => name);
    expect(monitors.filter((name) => name.startsWith("region-b"))).toContain(
      "region-b-observability-monitor-claude-agent-support",
    );
  });

  test("needs a place for the runbooks", () => {
    expect(faultOf({ observability: { enabled: true } }).path).toBe("observability.runbooksUrl");
  });

  test("takes objectives that the histogram can tell", () => {
    expect(faultOf({ observability: { objectives: { latencyP95Seconds: 9 } } })).toMatchObject({
      path: "observability.objectives.latencyP95Seconds",
      allowed: expect.stringContaining("8.2"),
    });
    expect(
      read({ observability: { objectives: { latencyP95Seconds: 5 } } }).observability.objectives
        .latencyP95Seconds,
    ).toBe(5);
  });

  test("derives what an agent type may use within an hour from its budget", async () => {
    const gateway = { budgets: { agent: { dayUsd: 240 } } };
    const { resources } = await recordStack(validConfig({ observability: enabled, gateway }));
    const rules = only(
      resources,
      "kubernetes:monitoring.coreos.com/v1:PrometheusRule",
      "region-a-observability-rules",
    ).inputs.spec.groups.flatMap((group: { rules: object[] }) => group.rules);
    const usage = rules.find(({ alert }: { alert?: string }) => alert === "HighAPIUsage");
    const [, threshold] = /> (\d+)$/.exec(usage.expr) ?? [];
    // 30 dollars in a busy hour, at 75 dollars at most for a million tokens.
    expect(Number(threshold)).toBeGreaterThanOrEqual(400_000);
    expect(Number(threshold)).toBeLessThanOrEqual(3_000_000);
  });
});
