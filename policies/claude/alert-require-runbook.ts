import type { Field } from "../manifests/field.ts";
import { type Finding, undecided, violation } from "../pack/finding.ts";
import { objectPolicy } from "../pack/object-policy.ts";
import { ruleExample, rulesOf } from "./alert-rules.ts";

interface Config {
  readonly severities: readonly string[];
}

const ALERT = {
  alert: "AgentDown",
  expr: 'absent(up{job="claude-agent-coordinator"})',
  labels: { severity: "critical", team: "platform" },
  annotations: {
    summary: "No agent answers",
    runbook_url: "https://runbooks.example.com/agent-down.md",
  },
};
const alert = (changes: object) => ruleExample({ ...ALERT, ...changes });

export const alertRequireRunbook = objectPolicy<Config>({
  name: "alert-require-runbook",
  description:
    "Every alert says what happened, how bad it is, who is called, and where it is written what to do.",
  severity: "medium",
  controls: [{ framework: "nist", control: "IR-4, SI-4(5)" }],
  reason:
    "An alert without team goes to nobody, one without severity to everybody, and at night nobody remembers what to do.",
  remedy:
    "Set the labels severity and team, and the annotations summary and runbook_url, the latter to an https address.",
  parameters: {
    severities: {
      type: "array",
      items: { type: "string", minLength: 1 },
      default: ["critical", "warning", "info"],
      description: "The values of the label severity by which alerts are routed.",
    },
  },
  examples: {
    pass: [
      { what: "an alert with all of it", objects: [alert({})] },
      {
        what: "a recorded figure",
        objects: [ruleExample({ record: "job:up:sum", expr: "sum by (job) (up)" })],
      },
    ],
    fail: [
      { what: "no runbook", objects: [alert({ annotations: { summary: "No agent answers" } })] },
      {
        what: "a runbook that is not reached safely",
        objects: [
          alert({ annotations: { ...ALERT.annotations, runbook_url: "http://runbooks.example.com/x" } }),
        ],
      },
      { what: "no team", objects: [alert({ labels: { severity: "critical" } })] },
      {
        what: "a severity that routes nowhere",
        objects: [alert({ labels: { severity: "page", team: "platform" } })],
      },
    ],
  },
  kinds: ["PrometheusRule"],
  judge: (manifest, config) => rulesOf(manifest).flatMap((rule) => judgeRule(rule, config)),
});

function judgeRule(rule: Field, { severities }: Config): Finding[] {
  const name = rule.at("alert");
  if (name.unknown) return [undecided(name)];
  if (name.missing) return [];
  const [labels, annotations] = [rule.at("labels"), rule.at("annotations")];
  const demands = [
    {
      field: labels.at("severity"),
      holds: (text: string) => severities.includes(text),
      allowed: severities.join(", "),
    },
    { field: labels.at("team"), holds: isFilled, allowed: "the team that is called" },
    { field: annotations.at("summary"), holds: isFilled, allowed: "what happened, in a sentence" },
    { field: annotations.at("runbook_url"), holds: isHttps, allowed: "an https address" },
  ];
  return demands.flatMap(({ field, holds, allowed }) => {
    if (field.unknown) return [undecided(field)];
    if (field.text !== undefined && holds(field.text)) return [];
    const what = field.path.slice(field.path.lastIndexOf(".") + 1);
    const got = field.missing ? `has no ${what}` : `has the ${what} ${JSON.stringify(field.value)}`;
    return [violation(field, `the alert ${JSON.stringify(name.value)} ${got}.`, `Write ${allowed}.`)];
  });
}

function isFilled(text: string): boolean {
  return text.trim() !== "";
}

function isHttps(text: string): boolean {
  return URL.canParse(text) && new URL(text).protocol === "https:";
}
