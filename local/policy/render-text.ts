import { styleText } from "node:util";
import type { PolicyReport, PolicyResult, PolicyStatus, UncheckedValue } from "./report.ts";
import { describeCounts, describeVerdict, isPassed, type Verdict } from "./verdict.ts";

const MARKS: Readonly<Record<PolicyStatus, string>> = {
  passed: "✓",
  violated: "✗",
  "not checked": "?",
  incomplete: "·",
  "not run": "·",
  disabled: "-",
};

/** The report for a terminal. */
export function renderText(report: PolicyReport, verdict: Verdict): string {
  const { stack, config, policies, errors } = report;
  return [
    "",
    styleText("bold", `Policies of the stack ${stack}, against empty simulated clusters`),
    `  configuration ${config}`,
    ...policies.flatMap((policy, index) => [
      ...(policy.group === policies[index - 1]?.group ? [] : [styleText("bold", `  ${policy.group}`)]),
      ...renderPolicy(policy),
    ]),
    ...renderExceptions(report),
    ...(errors.length === 0
      ? []
      : [styleText("bold", "  The preview itself failed; what it did not reach was not judged")]),
    ...errors.flatMap((error) => error.split("\n").map((line) => `    ${line}`)),
    ...(verdict.unlisted === 0 ? [] : [hintOf(report)]),
    `  ${describeCounts(report)}`,
    styleText(isPassed(verdict) ? "green" : "red", `  ${describeVerdict(verdict)}`),
  ].join("\n");
}

/** The live exceptions, each with the resource. */
export function renderExceptions({ exceptions }: PolicyReport): string[] {
  if (exceptions.length === 0) return [];
  return [
    styleText("bold", "  Exceptions that hold today"),
    ...exceptions.map(({ resource, message }) => `    ${resource}: ${message}`),
  ];
}

function hintOf({ config }: PolicyReport): string {
  return (
    "  Look at each value that is not listed. To accept it, list it in the policy's entry of " +
    `${config}: "notChecked": [{ "resource": "…", "path": "…", "reason": "…" }]`
  );
}

function renderPolicy(policy: PolicyResult): string[] {
  const { name, status, findings, unchecked, repaired } = policy;
  const facts = factsOf(policy).join(", ");
  const head = `    ${MARKS[status]} ${name}${facts === "" ? "" : `  (${facts})`}`;
  return [
    status === "violated" ? styleText(isMandatory(policy) ? "red" : "yellow", head) : head,
    ...findings.map(({ resource, message }) => `        ${resource}: ${message}`),
    ...renderUnchecked(unchecked),
    ...repaired.map((resource) => `        ${resource}: repaired`),
  ];
}

/** Of a policy that passed only what is unusual about it. */
function factsOf(policy: PolicyResult): string[] {
  const { status, severity, enforcement } = policy;
  const level = enforcement === "mandatory" ? [] : [enforcement];
  if (status === "passed") return level;
  return [severity, ...level, ...(status === "disabled" ? [] : [describeStatus(policy)])];
}

/** By reason, because many values of a stack share one. */
function renderUnchecked(unchecked: readonly UncheckedValue[]): string[] {
  const groups = Map.groupBy(unchecked, ({ accepted }) => accepted);
  return [...groups].flatMap(([accepted, values]) => [
    `        not known before the update; ${accepted === undefined ? "NOT LISTED as looked at" : `listed: ${accepted}`}`,
    ...values.map(({ resource, path }) => `          ${resource}: ${path}`),
  ]);
}

function isMandatory({ findings }: PolicyResult): boolean {
  return findings.some(({ enforcement }) => enforcement === "mandatory");
}

/** Such as `2 violations`, `1 value not checked`, or the status itself. */
export function describeStatus({ status, findings, unchecked }: PolicyResult): string {
  if (status === "violated") return findings.length === 1 ? "1 violation" : `${findings.length} violations`;
  if (status !== "not checked") return status;
  return unchecked.length === 1 ? "1 value not checked" : `${unchecked.length} values not checked`;
}
