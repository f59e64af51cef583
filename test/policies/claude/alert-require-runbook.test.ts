import { describe, expect, it } from "vitest";
import { alertRequireRunbook } from "../../../policies/claude/alert-require-runbook.ts";
import { judge, type KubernetesObject, UNKNOWN } from "../judge.ts";

const PASSES = { violations: [], undecided: undefined };
const LABELS = { severity: "critical", team: "platform" };
const ANNOTATIONS = {
  summary: "No agent answers",
  runbook_url: "https://runbooks.example.com/agent-down.md",
};

function rules(...groups: unknown[]): KubernetesObject {
  return {
    apiVersion: "monitoring.coreos.com/v1",
    kind: "PrometheusRule",
    metadata: { name: "rules", namespace: "ai-agents" },
    spec: { groups },
  };
}

const judgeAlert = (changes: object, config = {}) =>
  judge(
    alertRequireRunbook,
    rules({ rules: [{ alert: "AgentDown", labels: LABELS, annotations: ANNOTATIONS, ...changes }] }),
    { config },
  );

describe("alert-require-runbook", () => {
  it.each(["critical", "warning", "info"])(
    "allows an alert of severity %s with all of it",
    async (severity) => {
      expect(await judgeAlert({ labels: { ...LABELS, severity } })).toEqual(PASSES);
    },
  );

  it("names the alert, the place and what to write", async () => {
    expect((await judgeAlert({ labels: { ...LABELS, severity: "page" } })).violations).toEqual([
      'PrometheusRule ai-agents/rules, at .spec.groups[0].rules[0].labels.severity: the alert "AgentDown" has the severity "page". Write critical, warning, info.',
    ]);
  });

  it.each([
    ["severity", { labels: { team: "platform" } }],
    ["team", { labels: { severity: "info" } }],
    ["team", { labels: { ...LABELS, team: null } }],
    ["summary", { annotations: { ...ANNOTATIONS, summary: undefined } }],
    ["runbook_url", { annotations: { summary: "x" } }],
  ])("refuses an alert without %s", async (what, changes) => {
    expect((await judgeAlert(changes)).violations).toEqual([
      expect.stringContaining(`the alert "AgentDown" has no ${what}.`),
    ]);
  });

  it.each([
    [
      "a blank team",
      { labels: { ...LABELS, team: " " } },
      'has the team " ". Write the team that is called.',
    ],
    ["a team that is a number", { labels: { ...LABELS, team: 5 } }, "has the team 5"],
    [
      "a blank summary",
      { annotations: { ...ANNOTATIONS, summary: "" } },
      'has the summary "". Write what happened',
    ],
    [
      "a runbook by http",
      { annotations: { ...ANNOTATIONS, runbook_url: "http://x.example" } },
      'has the runbook_url "http://x.example". Write an https address.',
    ],
    ["a runbook without host", { annotations: { ...ANNOTATIONS, runbook_url: "docs/x.md" } }, '"docs/x.md"'],
  ])("refuses %s", async (_, changes, reason) => {
    expect((await judgeAlert(changes)).violations).toEqual([expect.stringContaining(reason)]);
  });

  it.each([undefined, null])(
    "finds all four missing where labels and annotations are %s",
    async (nothing) => {
      expect((await judgeAlert({ labels: nothing, annotations: nothing })).violations).toHaveLength(4);
    },
  );

  it("finds alerts of every group", async () => {
    const bare = { rules: [{ record: "a:b:c" }, { alert: "X" }] };
    expect((await judge(alertRequireRunbook, rules(bare, bare))).violations).toHaveLength(8);
  });

  it("takes other severities from the configuration", async () => {
    const page = { labels: { ...LABELS, severity: "page" } };
    expect((await judgeAlert(page, { severities: ["page"] })).violations).toEqual([]);
    expect((await judgeAlert({}, { severities: ["page"] })).violations).toHaveLength(1);
  });

  it.each([
    ["a recorded figure", rules({ rules: [{ record: "a:b:c" }, { alert: null }] })],
    ["no groups", rules()],
    ["a group without rules", rules({ name: "empty" })],
    ["an object of another kind", { ...rules({ rules: [{ alert: "X" }] }), kind: "Other" }],
  ])("says nothing about %s", async (_, object) => {
    expect(await judge(alertRequireRunbook, object)).toEqual(PASSES);
  });

  it.each([
    ["the groups", rules(UNKNOWN)],
    ["the rules", rules({ rules: UNKNOWN })],
    ["the name", rules({ rules: [{ alert: UNKNOWN }] })],
    [
      "a label",
      rules({ rules: [{ alert: "X", labels: { ...LABELS, team: UNKNOWN }, annotations: ANNOTATIONS }] }),
    ],
    ["the annotations", rules({ rules: [{ alert: "X", labels: LABELS, annotations: UNKNOWN }] })],
  ])("is undecided while %s are not known", async (_, object) => {
    const { violations, undecided } = await judge(alertRequireRunbook, object);
    expect(violations).toEqual([]);
    expect(undecided).toBeDefined();
  });

  it("throws at rules that are no list", async () => {
    await expect(judge(alertRequireRunbook, rules({ rules: { alert: "X" } }))).rejects.toThrow(
      "expected a list",
    );
  });
});
