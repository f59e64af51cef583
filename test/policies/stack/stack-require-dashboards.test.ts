import { describe, expect, it } from "vitest";
import { stackRequireDashboards } from "../../../policies/stack/stack-require-dashboards.ts";
import { judgeStack, type KubernetesObject, resourceOf, UNKNOWN } from "../judge.ts";
import { agent, dashboard, files, JOB } from "./agent-objects.ts";
import { NOTHING } from "./objects.ts";

const METRIC = "claude_agent_requests_total";
const judgeObjects = (objects: KubernetesObject[], config: object = { metrics: [METRIC] }) =>
  judgeStack(
    stackRequireDashboards,
    objects.map((object) => resourceOf(object)),
    config,
  );
const shown = (metric: string, matchers = 'namespace="ai-agents"') =>
  `sum by (agent_type) (rate(${metric}{${matchers}}[5m]))`;

describe("stack-require-dashboards", () => {
  it("asks for five metrics by default", async () => {
    const metrics = [
      METRIC,
      "claude_agent_request_duration_seconds",
      "claude_agent_errors_total",
      "claude_agent_tokens_used_total",
      "claude_agent_api_cost_total",
    ];
    expect(await judgeObjects([agent(), dashboard(metrics.map((metric) => shown(metric)))], {})).toEqual(
      NOTHING,
    );
    expect((await judgeObjects([agent()], {})).violations).toEqual([
      expect.stringContaining(
        `Deployment ai-agents/${JOB}: no dashboard of its region shows ${metrics.join(", ")} of its namespace by agent_type. Turn observability on`,
      ),
    ]);
  });

  it("names the metrics that are missing, and those only", async () => {
    const { violations } = await judgeObjects([agent(), dashboard([shown(METRIC)])], {
      metrics: [METRIC, "other"],
    });
    expect(violations).toEqual([expect.stringContaining("shows other of its namespace")]);
  });

  it.each([
    ["of its namespace", shown(METRIC)],
    ["of all namespaces", shown(METRIC, "")],
    ["of the namespace that is chosen", shown(METRIC, 'namespace="$namespace"')],
    ["of several namespaces", shown(METRIC, 'namespace=~"staging|ai-agents"')],
    ["of its job", shown(METRIC, `namespace="ai-agents",job="${JOB}"`)],
    ["by several labels", `sum by(status, agent_type, model) (${METRIC})`],
    ["with the group behind", `sum(rate(${METRIC}[5m])) by (agent_type)`],
    ["of the type that is chosen", `sum(rate(${METRIC}{agent_type=~"$agent_type"}[5m]))`],
    ["of the one type that is chosen", `sum(rate(${METRIC}{agent_type = '$type'}[5m]))`],
    ["among others", `${shown("other")} / ${shown(METRIC)}`],
  ])("counts a query %s", async (_, query) => {
    expect(await judgeObjects([agent(), dashboard([query])])).toEqual(NOTHING);
  });

  it.each([
    ["of another namespace", shown(METRIC, 'namespace="staging"')],
    ["of another job", shown(METRIC, 'namespace="ai-agents",job="claude-agent-coordinator"')],
    ["of one type", `sum(rate(${METRIC}{agent_type="research"}[5m]))`],
    ["by another label", `sum by (status) (rate(${METRIC}{agent_type=~"a|b"}[5m]))`],
    ["that names the type later", `sum by (status) (rate(${METRIC}[5m])) * on (agent_type) other`],
    ["by a label that ends alike", `sum by (my_agent_type) (rate(${METRIC}[5m]))`],
    ["of a metric that begins alike", shown(`${METRIC}_created`)],
    ["of a metric that ends alike", shown(`my_${METRIC}`)],
    ["of its recorded sum", shown(`job:${METRIC}:rate5m`)],
    ["of the whole fleet", `sum(rate(${METRIC}[5m]))`],
    ["of another metric", shown("other")],
  ])("does not count a query %s", async (_, query) => {
    expect((await judgeObjects([agent(), dashboard([query])])).violations).toHaveLength(1);
  });

  it.each(["claude_agent_turn_seconds", "claude_agent_turn_seconds_count"])(
    "knows the histogram %s by any of its series",
    async (metric) => {
      const config = { metrics: [metric] };
      for (const series of ["bucket", "count", "sum"]) {
        const one = dashboard([shown(`claude_agent_turn_seconds_${series}`)]);
        expect(await judgeObjects([agent(), one], config)).toEqual(NOTHING);
      }
      const other = dashboard([shown("claude_agent_turn_seconds_total")]);
      expect((await judgeObjects([agent(), other], config)).violations).toHaveLength(1);
    },
  );

  it.each([
    ["rows", { panels: [{ panels: [{ targets: [{ expr: shown(METRIC) }] }] }] }],
    ["a list", [{ expr: shown(METRIC) }]],
  ])("finds queries within %s", async (_, model) => {
    expect(await judgeObjects([agent(), files({ "a.json": JSON.stringify(model) })])).toEqual(NOTHING);
  });

  it.each([
    ["a description", { description: shown(METRIC) }],
    ["a query that is no text", { expr: [shown(METRIC)] }],
  ])("does not count %s", async (_, model) => {
    expect(
      (await judgeObjects([agent(), files({ "a.json": JSON.stringify(model) })])).violations,
    ).toHaveLength(1);
  });

  it.each([
    ["has no label", dashboard([shown(METRIC)], {})],
    ["has the label null", dashboard([shown(METRIC)], { grafana_dashboard: null })],
    ["has no labels", dashboard([shown(METRIC)], null)],
    ["is a Secret", { ...dashboard([shown(METRIC)]), kind: "Secret" }],
    ["is empty", files(null)],
  ])("does not count a ConfigMap that %s", async (_, object) => {
    expect((await judgeObjects([agent(), object])).violations).toHaveLength(1);
  });

  it.each([
    ["no JSON", "panels: []"],
    ["empty", ""],
    ["null", null],
    ["a number", 7],
  ])("refuses a dashboard that is %s", async (_, text) => {
    const { violations } = await judgeObjects([
      agent(),
      dashboard([shown(METRIC)]),
      files({ "a.json": text }),
    ]);
    expect(violations).toEqual([
      expect.stringContaining(
        '.data["a.json"]: it is no JSON, so Grafana shows nothing of it. Write valid JSON.',
      ),
    ]);
  });

  it("reads the other files of a dashboard that is no JSON", async () => {
    const objects = [agent(), files({ "a.json": "", "b.json": JSON.stringify({ expr: shown(METRIC) }) })];
    expect((await judgeObjects(objects)).violations).toHaveLength(1);
  });

  it("does not count a dashboard of another region", async () => {
    const resources = [resourceOf(agent()), resourceOf(dashboard([shown(METRIC)]), { region: "region-b" })];
    expect(
      (await judgeStack(stackRequireDashboards, resources, { metrics: [METRIC] })).violations,
    ).toHaveLength(1);
  });

  it("takes the labels from the configuration", async () => {
    const config = { metrics: [METRIC], dashboardLabel: "shown", agentLabel: "runtime" };
    const runtime = agent({}, "Deployment", "runtime");
    expect(await judgeObjects([agent(), runtime, dashboard([shown(METRIC)], { shown: "" })], config)).toEqual(
      NOTHING,
    );
    expect((await judgeObjects([runtime, dashboard([shown(METRIC)])], config)).violations).toHaveLength(1);
  });

  it("asks nothing of a stack without agents, whatever its dashboards", async () => {
    expect(await judgeObjects([files({ "a.json": "" }), files(UNKNOWN)])).toEqual(NOTHING);
  });

  it.each([
    ["a file", files({ "a.json": UNKNOWN }), '.data["a.json"]'],
    ["the files", files(UNKNOWN), ".data"],
    [
      "the label",
      dashboard([shown(METRIC)], { grafana_dashboard: UNKNOWN }),
      ".metadata.labels.grafana_dashboard",
    ],
  ])("is undecided while %s is not known", async (_, object, place) => {
    const { violations, undecided } = await judgeObjects([agent(), object]);
    expect(violations).toEqual([]);
    expect(undecided).toContain(place);
  });

  it("is undecided while the workload's label or namespace is not known", async () => {
    const covered = [agent({ namespace: UNKNOWN }), dashboard([shown(METRIC, "")])];
    expect(await judgeObjects(covered)).toEqual(NOTHING);
    expect((await judgeObjects([agent({}, "Deployment", UNKNOWN)])).undecided).toContain(".labels.app");
    const objects = [agent({ namespace: UNKNOWN }), dashboard([shown(METRIC)])];
    expect((await judgeObjects(objects)).undecided).toContain(".metadata.namespace");
  });

  it("needs no file where another shows the metric, or of another region", async () => {
    expect(await judgeObjects([agent(), files(UNKNOWN), dashboard([shown(METRIC)])])).toEqual(NOTHING);
    const resources = [resourceOf(agent()), resourceOf(files(UNKNOWN), { region: "region-b" })];
    const { violations, undecided } = await judgeStack(stackRequireDashboards, resources, {
      metrics: [METRIC],
    });
    expect(violations).toHaveLength(1);
    expect(undecided).toBeUndefined();
  });
});
