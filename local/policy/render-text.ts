import { styleText } from "node:util";
import type { PolicyReport, PolicyResult } from "./report.ts";
import { describeVerdict, isPassed, type Verdict } from "./verdict.ts";

const MARKS: Readonly<Record<PolicyResult["status"], string>> = {
  passed: "✓",
  violated: "✗",
  "not checked": "?",
  disabled: "-",
  "not run": "·",
};

/** The report for a terminal. */
export function renderText(report: PolicyReport, verdict: Verdict): string {
  const { stack, config, resources, policies, durationMs, exceptions, errors } = report;
  return [
    "",
    styleText("bold", `Policies of the stack ${stack}, against empty simulated clusters`),
    `  ${resources} resources, ${policies.length} policies, configuration ${config}, ${(durationMs / 1000).toFixed(1)} s`,
    ...policies.flatMap((policy, index) => [
      ...(policy.group === policies[index - 1]?.group ? [] : [styleText("bold", `  ${policy.group}`)]),
      ...renderPolicy(policy),
    ]),
    ...(exceptions.length === 0 ? [] : [styleText("bold", "  Exceptions that hold today")]),
    ...exceptions.map(({ resource, message }) => `    ${resource}: ${message}`),
    ...(errors.length === 0
      ? []
      : [styleText("bold", "  The preview itself failed; policies were not judged in full")]),
    ...errors.flatMap((error) => error.split("\n").map((line) => `    ${line}`)),
    styleText(isPassed(verdict) ? "green" : "red", `  ${describeVerdict(verdict)}`),
  ].join("\n");
}

function renderPolicy(policy: PolicyResult): string[] {
  const { name, status, severity, enforcement, findings, unchecked, repaired } = policy;
  const level = enforcement === "mandatory" ? "" : `, ${enforcement}`;
  const facts = status === "passed" ? level.slice(2) : `${severity}${level}, ${describeStatus(policy)}`;
  const mark = MARKS[status];
  const head = `    ${mark} ${name}${facts === "" ? "" : `  (${facts})`}`;
  return [
    status === "violated" ? styleText(isMandatory(policy) ? "red" : "yellow", head) : head,
    ...findings.map(({ resource, message }) => `        ${resource}: ${message}`),
    ...unchecked.map(
      ({ resource, path, accepted }) =>
        `        ${resource}: ${path} is not known before the update: ${accepted ?? "not listed as looked at"}`,
    ),
    ...repaired.map((resource) => `        ${resource}: repaired`),
  ];
}

function isMandatory({ findings }: PolicyResult): boolean {
  return findings.some(({ enforcement }) => enforcement === "mandatory");
}

/** Such as `2 violations`, or the status itself. */
export function describeStatus({ status, findings }: PolicyResult): string {
  if (status !== "violated") return status;
  return findings.length === 1 ? "1 violation" : `${findings.length} violations`;
}
