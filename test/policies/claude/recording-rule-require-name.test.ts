import { describe, expect, it } from "vitest";
import { recordingRuleRequireName } from "../../../policies/claude/recording-rule-require-name.ts";
import { judge, UNKNOWN } from "../judge.ts";

const judgeRule = (rule: unknown, kind = "PrometheusRule") =>
  judge(recordingRuleRequireName, {
    apiVersion: "monitoring.coreos.com/v1",
    kind,
    metadata: { name: "rules", namespace: "ai-agents" },
    spec: { groups: [{ rules: [rule] }] },
  });

describe("recording-rule-require-name", () => {
  it.each(["region:claude_agent_requests_errors:ratio_rate5m", "a:b:c", "_a1:B_2:c3"])(
    "allows %s",
    async (record) => {
      expect(await judgeRule({ record })).toEqual({ violations: [], undecided: undefined });
    },
  );

  it.each([
    ["a series", "error_ratio"],
    ["two parts", "region:error_ratio"],
    ["four parts", "a:b:c:d"],
    ["an empty part", "a::c"],
    ["a digit in front", "a:1b:c"],
    ["a digit in front of all", "1a:b:c"],
    ["a digit in front of the last", "a:b:1c"],
    ["a dash", "a:b-c:d"],
    ["something before it", "x a:b:c"],
    ["something behind it", "a:b:c x"],
    ["a number", 5],
    ["nothing in it", ""],
  ])("refuses a name with %s", async (_, record) => {
    expect((await judgeRule({ record })).violations).toEqual([
      `PrometheusRule ai-agents/rules, at .spec.groups[0].rules[0].record: the name is ${JSON.stringify(record)}, which does not say what it is. Write level:metric:operations, for example region:claude_agent_requests_errors:ratio_rate5m.`,
    ]);
  });

  it.each([{}, { record: null, alert: null }])("refuses a rule without name: %j", async (rule) => {
    expect((await judgeRule(rule)).violations).toEqual([
      expect.stringContaining("a rule has neither the name of an alert nor of a record"),
    ]);
  });

  it("refuses a bad name beside that of an alert", async () => {
    expect((await judgeRule({ alert: "X", record: "x" })).violations).toHaveLength(1);
  });

  it.each([{ alert: "X" }, { alert: UNKNOWN }])("says nothing about an alert", async (rule) => {
    expect(await judgeRule(rule)).toEqual({ violations: [], undecided: undefined });
  });

  it("says nothing about other kinds", async () => {
    expect(await judgeRule({ record: "x" }, "Other")).toEqual({ violations: [], undecided: undefined });
  });

  it("is undecided while the name is not known", async () => {
    const { violations, undecided } = await judgeRule({ record: UNKNOWN });
    expect(violations).toEqual([]);
    expect(undecided).toContain(".record");
  });
});
