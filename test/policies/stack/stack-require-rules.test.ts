import { describe, expect, it } from "vitest";
import { stackRequireRules } from "../../../policies/stack/stack-require-rules.ts";
import { judgeStack, type KubernetesObject, resourceOf, UNKNOWN } from "../judge.ts";
import { agent, JOB, rules } from "./agent-objects.ts";
import { NOTHING } from "./objects.ts";

const judgeObjects = (objects: KubernetesObject[], config: object = { alerts: ["AgentDown"] }) =>
  judgeStack(
    stackRequireRules,
    objects.map((object) => resourceOf(object)),
    config,
  );
const down = (expr: unknown, alert: unknown = "AgentDown") => rules([{ alert, expr }]);
const NAMED = `absent(up{namespace="ai-agents",job="${JOB}"})`;

describe("stack-require-rules", () => {
  it("asks for the five alerts of the platform by default", async () => {
    const alerts = ["AgentDown", "HighAPIUsage", "HighErrorRate", "HighLatency", "HighMemoryUsage"];
    const all = rules(alerts.map((alert) => ({ alert, expr: NAMED })));
    expect(await judgeObjects([agent(), all], {})).toEqual(NOTHING);
    expect((await judgeObjects([agent()], {})).violations).toEqual([
      expect.stringContaining(
        `Deployment ai-agents/${JOB}: no PrometheusRule of its region watches it with ${alerts.join(", ")}. Turn observability on`,
      ),
    ]);
  });

  it("names the alerts that are missing, and those only", async () => {
    const { violations } = await judgeObjects([agent(), down(NAMED)], {
      alerts: ["AgentDown", "HighLatency"],
    });
    expect(violations).toEqual([expect.stringContaining("watches it with HighLatency.")]);
  });

  it.each([
    ["names both", NAMED],
    ["names no namespace and no job", "up == 0"],
    ["names the namespace", 'up{namespace="ai-agents"} == 0'],
    ["names the job", `up{job="${JOB}"} == 0`],
    ["names several", `up{job=~"claude-agent-coordinator|${JOB}"} == 0`],
    ["names the beginning of the job", 'up{job=~"claude-agent-.*"} == 0'],
    ["names the beginning of the namespace", `up{namespace=~"ai-.+",job="${JOB}"} == 0`],
    ["names both beginnings", 'up{namespace=~"ai-.+",job=~"other-.*|claude-.*"} == 0'],
    ["takes every job", 'up{namespace="ai-agents",job=~".*"} == 0'],
    ["takes every job that has a name", 'up{namespace="ai-agents",job!=""} == 0'],
    ["leaves out the jobs of another metric", `up{job="${JOB}"} == 0 unless other{job!="x"}`],
    ["has a label that ends alike", 'up{exported_namespace="staging",scrape_job="x"} == 0'],
    ["quotes otherwise", `up{job='${JOB}', namespace=\`ai-agents\`} == 0`],
    ["has blanks", `up{ job = "${JOB}" }`],
    ["asks twice", `up{job="other"} == 0 or up{job="${JOB}"} == 0`],
  ])("counts an alert that %s", async (_, expr) => {
    expect(await judgeObjects([agent(), down(expr)])).toEqual(NOTHING);
  });

  it.each([
    ["names another job", 'up{namespace="ai-agents",job="claude-agent-coordinator"} == 0'],
    ["names another namespace", `up{namespace="staging",job="${JOB}"} == 0`],
    ["names several others", 'up{job=~"a|b"} == 0'],
    ["names a part of the job", 'up{job="claude-agent"} == 0'],
    ["names the beginning of other jobs", 'up{namespace="ai-agents",job=~"valkey-.*"} == 0'],
    ["names the beginning of other namespaces", `up{namespace=~"kube-.*",job="${JOB}"} == 0`],
    ["has a pattern without being one", 'up{job="claude-agent-.*"} == 0'],
    ["has every name without being a pattern", 'up{job="*"} == 0'],
    ["leaves out its namespace", 'up{namespace!="ai-agents"} == 0'],
    ["leaves out jobs by a pattern", 'up{namespace="ai-agents",job!~"valkey-.*"} == 0'],
    ["has a pattern that is not understood", `up{job=~"(claude|other)-agent-.*"} == 0`],
    ["asks for no job", 'up{job=""} == 0'],
    ["asks for no job by a pattern", 'up{job=~""} == 0'],
  ])("does not count an alert that %s", async (_, expr) => {
    expect((await judgeObjects([agent(), down(expr)])).violations).toHaveLength(1);
  });

  it.each([
    ["another alert", down(NAMED, "AgentUp")],
    ["a recording rule", rules([{ record: "AgentDown", expr: NAMED }])],
    ["an alert without query", rules([{ alert: "AgentDown" }])],
    ["a query that is a number", rules([{ alert: "AgentDown", expr: 1 }])],
    ["no rules", rules(null)],
    ["no groups", { ...rules([]), spec: {} }],
    ["a ConfigMap with the rules", { ...down(NAMED), kind: "ConfigMap" }],
  ])("does not count %s", async (_, object) => {
    expect((await judgeObjects([agent(), object])).violations).toHaveLength(1);
  });

  it("keeps the beginnings of one alert apart from those of another, and of another region", async () => {
    const beginning = 'up{job=~"claude-.*"} == 0';
    const config = { alerts: ["AgentDown", "HighLatency"] };
    expect((await judgeObjects([agent(), down(beginning)], config)).violations[0]).toContain(
      "with HighLatency.",
    );
    const both = rules(config.alerts.map((alert) => ({ alert, expr: beginning })));
    expect(await judgeObjects([agent(), both], config)).toEqual(NOTHING);
    const resources = [resourceOf(agent()), resourceOf(both, { region: "region-b" })];
    expect((await judgeStack(stackRequireRules, resources, config)).violations).toHaveLength(1);
  });

  it("compares each of several beginnings", async () => {
    const patterns = ['up{job=~"valkey-.*"}', 'up{job=~"claude-.*"}', 'up{job=~"postgres-.*"}'];
    expect(await judgeObjects([agent(), ...patterns.map((expr) => down(expr))])).toEqual(NOTHING);
  });

  it("asks for each agent by itself", async () => {
    const { violations } = await judgeObjects([agent(), agent({ name: "claude-agent-coder" }), down(NAMED)]);
    expect(violations).toEqual([expect.stringContaining("Deployment ai-agents/claude-agent-coder: no")]);
  });

  it("asks a workload whose name the cluster makes for alerts of all jobs", async () => {
    const made = agent({ name: null, generateName: "claude-agent-" });
    expect((await judgeObjects([made, down(NAMED)])).violations).toHaveLength(1);
    expect(await judgeObjects([made, down('up{namespace="ai-agents"} == 0')])).toEqual(NOTHING);
  });

  it("finds agents and rules within a List", async () => {
    const list = { apiVersion: "v1", kind: "List", items: [agent(), down(NAMED)] };
    expect(await judgeObjects([list])).toEqual(NOTHING);
    expect((await judgeObjects([{ ...list, items: [agent()] }])).violations).toHaveLength(1);
  });

  it("counts rules of any namespace, and none of another region", async () => {
    const elsewhere = { ...down(NAMED), metadata: { name: "rules", namespace: "monitoring" } };
    expect(await judgeObjects([agent(), elsewhere])).toEqual(NOTHING);
    const resources = [resourceOf(agent()), resourceOf(down(NAMED), { region: "region-b" })];
    const { violations } = await judgeStack(stackRequireRules, resources, { alerts: ["AgentDown"] });
    expect(violations).toHaveLength(1);
  });

  it.each(["Deployment", "StatefulSet", "ReplicaSet", "ReplicationController", "Rollout"])(
    "asks for alerts of a %s",
    async (kind) => {
      expect((await judgeObjects([agent({}, kind)])).violations).toHaveLength(1);
    },
  );

  it("takes the default namespace where none is named", async () => {
    const objects = [agent({ namespace: null }), down(`up{namespace="default",job="${JOB}"}`)];
    expect(await judgeObjects(objects)).toEqual(NOTHING);
  });

  it.each([
    ["another label", agent({}, "Deployment", "valkey")],
    ["no label", agent({}, "Deployment", null)],
    ["another kind", agent({}, "Job")],
  ])("leaves a workload of %s alone", async (_, object) => {
    expect(await judgeObjects([object])).toEqual(NOTHING);
  });

  it("takes the label of agents from the configuration", async () => {
    const config = { alerts: ["AgentDown"], agentLabel: "runtime" };
    expect(await judgeObjects([agent()], config)).toEqual(NOTHING);
    expect((await judgeObjects([agent({}, "Deployment", "runtime")], config)).violations).toHaveLength(1);
  });

  it("asks for nothing where the configuration names no alerts", async () => {
    expect(await judgeObjects([agent()], { alerts: [] })).toEqual(NOTHING);
  });

  it.each([
    ["a query", [agent(), down(UNKNOWN)], `PrometheusRule ai-agents/${JOB} .spec.groups[0].rules[0].expr`],
    ["the name of an alert", [agent(), down(NAMED, UNKNOWN)], ".rules[0].alert"],
    ["a list of rules", [agent(), rules(UNKNOWN)], ".spec.groups[0].rules"],
    ["the label of a workload", [agent({}, "Deployment", UNKNOWN)], ".spec.template.metadata.labels.app"],
    ["the name of a workload", [agent({ name: UNKNOWN }), down(NAMED)], ".metadata.name"],
    ["the namespace of a workload", [agent({ namespace: UNKNOWN }), down(NAMED)], ".metadata.namespace"],
  ])("is undecided while %s is not known", async (_, objects, place) => {
    const { violations, undecided } = await judgeObjects(objects);
    expect(violations).toEqual([]);
    expect(undecided).toContain(place);
  });

  it.each([
    ["label", agent({}, "Deployment", UNKNOWN), NAMED],
    ["name", agent({ name: UNKNOWN }), 'up{namespace="ai-agents"} == 0'],
    ["namespace", agent({ namespace: UNKNOWN }), `up{job="${JOB}"} == 0`],
  ])("needs no %s of a workload that is watched in any case", async (_, object, expr) => {
    expect(await judgeObjects([object, down(expr)])).toEqual(NOTHING);
  });

  it("asks for the values of a workload by which alerts of some names may watch it", async () => {
    const beginning = 'up{namespace="ai-agents",job=~"claude-.*"} == 0';
    expect((await judgeObjects([agent({ name: UNKNOWN }), down(beginning)])).undecided).toContain(
      ".metadata.name",
    );
    const open = agent({ name: UNKNOWN, namespace: UNKNOWN }, "Deployment", UNKNOWN);
    expect((await judgeObjects([open])).undecided).toMatch(
      /labels\.app, .*\.metadata\.namespace, .*\.metadata\.name;/,
    );
  });

  it("asks for each unknown query once, however many agents lack it", async () => {
    const objects = [agent(), agent({ name: "claude-agent-coder" }), down(UNKNOWN), down(UNKNOWN, UNKNOWN)];
    const { undecided } = await judgeObjects(objects);
    expect(undecided?.match(/\.rules\[0\]\.expr/g)).toHaveLength(1);
    expect(undecided).toContain(".rules[0].alert");
  });

  it("needs no query where another watches, or of another region", async () => {
    expect(await judgeObjects([agent(), down(UNKNOWN), down(NAMED)])).toEqual(NOTHING);
    const resources = [resourceOf(agent()), resourceOf(down(UNKNOWN), { region: "region-b" })];
    const { violations, undecided } = await judgeStack(stackRequireRules, resources, {
      alerts: ["AgentDown"],
    });
    expect(violations).toHaveLength(1);
    expect(undecided).toBeUndefined();
  });
});
