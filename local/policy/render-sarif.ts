import { createHash } from "node:crypto";
import { describeControl } from "../../policies/documentation/facts.ts";
import type { Policy } from "../../policies/pack/policy.ts";
import type { PolicyReport, PolicyResult, Severity } from "./report.ts";

/** Level of a result and the figure by which code scanning orders alerts: 9 and more is critical, 7 high, 4 medium. */
const LEVELS: Readonly<
  Record<Severity, { readonly level: "error" | "warning" | "note"; readonly score: string }>
> = {
  critical: { level: "error", score: "9.5" },
  high: { level: "error", score: "8.0" },
  medium: { level: "warning", score: "5.5" },
  low: { level: "note", score: "2.0" },
};

/** The report as a SARIF 2.1.0 log, for code scanning: a rule for each policy, a result for each finding. */
export function renderSarif(report: PolicyReport, policies: readonly Policy[]): object {
  return {
    $schema: "https://json.schemastore.org/sarif-2.1.0.json",
    version: "2.1.0",
    runs: [
      {
        automationDetails: { id: `claude-agents-policies/${encodeURIComponent(report.stack)}/` },
        tool: {
          driver: {
            name: "Policies of Claude agents",
            rules: policies.map((policy) => ruleOf(policy, report)),
          },
        },
        invocations: [
          {
            executionSuccessful: report.errors.length === 0,
            toolExecutionNotifications: report.errors.map((text) => ({ level: "error", message: { text } })),
          },
        ],
        results: report.policies.flatMap((policy) =>
          resultsOf(
            policy,
            policies.findIndex(({ name }) => name === policy.name),
            report,
          ),
        ),
        properties: { stack: report.stack, configuration: report.config, resources: report.resources },
      },
    ],
  };
}

function ruleOf(policy: Policy, report: PolicyReport): object {
  const { name, description, reason, remedy, severity, controls } = policy;
  const { level, score } = LEVELS[severity];
  const isEnabled = report.policies.find((result) => result.name === name)?.enforcement !== "disabled";
  const standards = controls.map(describeControl);
  return {
    id: name,
    shortDescription: { text: description },
    fullDescription: { text: reason },
    help: {
      text: [reason, remedy, ...standards].join("\n"),
      markdown: [
        `**Why.** ${reason}`,
        `**Instead.** ${remedy}`,
        standards.map((standard) => `- ${standard}`).join("\n"),
        `\`npm run policy:explain -- ${name}\` shows examples.`,
      ].join("\n\n"),
    },
    defaultConfiguration: { level, enabled: isEnabled },
    properties: { tags: ["security", ...standards], "security-severity": score, precision: "very-high" },
  };
}

function resultsOf(policy: PolicyResult, ruleIndex: number, report: PolicyReport): object[] {
  const { name, severity, findings, unchecked } = policy;
  const rule = { ruleId: name, ruleIndex };
  const open = unchecked.filter(({ accepted }) => accepted === undefined);
  return [
    ...findings.map((finding) => ({
      ...rule,
      kind: "fail",
      level: LEVELS[severity].level,
      ...placed(name, finding, finding.message, report),
      properties: { enforcement: finding.enforcement },
    })),
    ...open.map((value) => ({
      ...rule,
      kind: "open",
      level: "none",
      ...placed(name, value, `${value.path} is not known before the update and was not checked.`, report),
    })),
  ];
}

interface Subject {
  readonly resource: string;
  readonly urn?: string;
}

/** Where a result stands: the resource, and the stack file, which is what a change of the stack goes through. */
function placed(
  policy: string,
  { resource, urn }: Subject,
  text: string,
  { stackFile }: PolicyReport,
): object {
  const fingerprint = createHash("sha256")
    .update(JSON.stringify([policy, urn ?? resource, text]))
    .digest("hex");
  return {
    message: { text: `${resource}: ${text}` },
    locations: [
      {
        physicalLocation: {
          artifactLocation: { uri: encodeURI(stackFile), uriBaseId: "%SRCROOT%" },
          region: { startLine: 1 },
        },
        logicalLocations: [
          { name: resource, kind: "resource", ...(urn === undefined ? {} : { fullyQualifiedName: urn }) },
        ],
      },
    ],
    partialFingerprints: { "policyFinding/v1": fingerprint },
  };
}
