import type { Field } from "../manifests/field.ts";
import { type Finding, undecided, violation } from "../pack/finding.ts";
import { objectPolicy } from "../pack/object-policy.ts";
import { ruleExample, rulesOf } from "./alert-rules.ts";

/** Level, metric and operations, as the guide of Prometheus has it. */
const NAME = /^[a-zA-Z_]\w*:[a-zA-Z_]\w*:[a-zA-Z_]\w*$/;

const REMEDY = "Write level:metric:operations, for example region:claude_agent_requests_errors:ratio_rate5m.";

export const recordingRuleRequireName = objectPolicy({
  name: "recording-rule-require-name",
  description: "A recorded figure is called by its level, its metric and what was done to it.",
  severity: "low",
  controls: [{ framework: "nist", control: "AU-3" }],
  reason:
    "Without colons it cannot be told from a measured series, and without level and operations nobody knows over what it was summed: " +
    "it is then summed or averaged once more.",
  remedy: REMEDY,
  parameters: {},
  examples: {
    pass: [
      {
        what: "level, metric and operations",
        objects: [ruleExample({ record: "region:claude_agent_requests_errors:ratio_rate5m", expr: "1" })],
      },
      {
        what: "an alert, which is no recorded figure",
        objects: [ruleExample({ alert: "AgentDown", expr: "1" })],
      },
    ],
    fail: [
      { what: "the name of a measured series", objects: [ruleExample({ record: "error_ratio", expr: "1" })] },
      { what: "no operations", objects: [ruleExample({ record: "region:error_ratio", expr: "1" })] },
      { what: "no name at all", objects: [ruleExample({ expr: "1" })] },
    ],
  },
  kinds: ["PrometheusRule"],
  judge: (manifest) => rulesOf(manifest).flatMap(judgeRule),
});

function judgeRule(rule: Field): Finding[] {
  const [name, alert] = [rule.at("record"), rule.at("alert")];
  if (name.missing && !alert.missing) return [];
  if (name.unknown) return [undecided(name)];
  if (NAME.test(name.text ?? "")) return [];
  const got = name.missing
    ? "a rule has neither the name of an alert nor of a record"
    : `the name is ${JSON.stringify(name.value)}`;
  return [violation(name, `${got}, which does not say what it is.`, REMEDY)];
}
