import type { PolicyGroup } from "../../policies/pack/policy.ts";
import {
  describeError,
  isError,
  lastWords,
  type OperationResult,
  type PolicyViolation,
} from "../engine/operation-result.ts";
import type { PolicyConfig } from "./config.ts";
import { acceptedBy, uncheckedPaths } from "./not-checked.ts";

/** From the worst to the mildest. */
export const SEVERITIES = ["critical", "high", "medium", "low"] as const;

export type Severity = (typeof SEVERITIES)[number];

/** The resource that something was found in; the stack as a whole has its own name here. */
interface Subject {
  readonly resource: string;
  readonly urn?: string;
}

export interface PolicyFinding extends Subject {
  readonly enforcement: "mandatory" | "advisory";
  /** Object, place, reason and remedy. */
  readonly message: string;
}

/** A value that decides and that the preview does not know. */
export interface UncheckedValue extends Subject {
  readonly path: string;
  /** Why it may stay unchecked, as the configuration says; absent when it is not listed there. */
  readonly accepted?: string;
}

/** An object that a policy does not judge, by an annotation that holds today. */
export interface LiveException extends Subject {
  readonly message: string;
}

/** What came of a policy, in the order in which reports count them. */
export const STATUSES = [
  "passed",
  "violated",
  /** It found nothing, and there were values that it could not see. */
  "not checked",
  /** It found nothing before the preview failed on its own. */
  "incomplete",
  /** It has looked at nothing. */
  "not run",
  "disabled",
] as const;

export type PolicyStatus = (typeof STATUSES)[number];

export interface PolicyResult {
  readonly name: string;
  readonly group: string;
  readonly severity: Severity;
  /** As configured. */
  readonly enforcement: "mandatory" | "advisory" | "remediate" | "disabled";
  readonly status: PolicyStatus;
  readonly findings: readonly PolicyFinding[];
  readonly unchecked: readonly UncheckedValue[];
  /** Names of the resources that it repaired. */
  readonly repaired: readonly string[];
}

export interface PolicyReport {
  readonly stack: string;
  /** The stack file below the repository's root. */
  readonly stackFile: string;
  /** The configuration's file below the repository's root. */
  readonly config: string;
  /** Resources that were judged. */
  readonly resources: number;
  readonly durationMs: number;
  readonly policies: readonly PolicyResult[];
  readonly exceptions: readonly LiveException[];
  /** Why the preview itself failed; empty when it did not. */
  readonly errors: readonly string[];
}

export interface ReportOptions {
  readonly stack: string;
  readonly stackFile: string;
  readonly configFile: string;
  readonly config: PolicyConfig;
  readonly groups: readonly PolicyGroup[];
  readonly result: OperationResult;
}

/** The policy whose advice is the exceptions that hold, and no findings; where it is mandatory, they are refused. */
const NOTICES = "exception-require-notice";

/** What a preview says about the policies. */
export function buildReport(options: ReportOptions): PolicyReport {
  const { stack, stackFile, configFile, result, groups } = options;
  const notices = result.policyViolations.filter(({ policy }) => policy === NOTICES);
  return {
    stack,
    stackFile,
    config: configFile,
    resources: result.policyCoverage.resources,
    durationMs: result.durationMs,
    policies: groups.flatMap(({ title, policies }) =>
      policies.map((policy) => resultOf(policy, title, options)),
    ),
    exceptions: notices
      .filter(({ message }) => uncheckedPaths(message) === undefined)
      .map((notice) => ({
        ...subjectOf(notice, stack),
        message: withoutHead(notice.message, groups, NOTICES),
      })),
    errors: errorsOf(result),
  };
}

type PolicyFacts = PolicyGroup["policies"][number];

function resultOf(policy: PolicyFacts, group: string, options: ReportOptions): PolicyResult {
  const { stack, config, groups, result } = options;
  const { name, severity } = policy;
  const said = result.policyViolations.filter((violation) => violation.policy === name);
  const unchecked = said.flatMap((violation) => uncheckedOf(violation, options));
  const findings = said
    .filter(({ message }) => uncheckedPaths(message) === undefined)
    .filter(({ enforcement }) => name !== NOTICES || enforcement === "mandatory")
    .map((violation) => ({
      ...subjectOf(violation, stack),
      enforcement: violation.enforcement,
      message: withoutHead(violation.message, groups, name),
    }));
  const enforcement = config[name]?.enforcementLevel ?? policy.enforcement ?? "mandatory";
  const repaired = result.policyRemediations
    .filter((remediation) => remediation.policy === name)
    .map(({ resource = stack }) => resource);
  const facts = { name, group, severity, enforcement, findings, unchecked, repaired };
  return { ...facts, status: statusOf(facts, result) };
}

function statusOf(
  { name, enforcement, findings, unchecked }: Omit<PolicyResult, "status">,
  result: OperationResult,
): PolicyStatus {
  if (enforcement === "disabled") return "disabled";
  if (findings.length > 0) return "violated";
  if (unchecked.length > 0) return "not checked";
  if (!result.policyCoverage.policies.includes(name)) return "not run";
  return errorsOf(result).length > 0 ? "incomplete" : "passed";
}

function uncheckedOf(violation: PolicyViolation, { stack, config }: ReportOptions): UncheckedValue[] {
  const subject = subjectOf(violation, stack);
  const listed = config[violation.policy]?.notChecked ?? [];
  return (uncheckedPaths(violation.message) ?? []).map((path) => {
    const entry = acceptedBy(listed, subject.resource, path);
    return { ...subject, path, ...(entry === undefined ? {} : { accepted: entry.reason }) };
  });
}

function subjectOf({ resource, urn }: PolicyViolation, stack: string): Subject {
  return { resource: resource ?? stack, ...(urn === undefined ? {} : { urn }) };
}

/** The engine heads every message with the policy's description, which a report shows once. */
function withoutHead(message: string, groups: readonly PolicyGroup[], name: string): string {
  const policies = groups.flatMap((group) => group.policies);
  const description = policies.find((policy) => policy.name === name)?.description ?? "";
  return message.startsWith(`${description}\n`) ? message.slice(description.length + 1).trim() : message;
}

/** How the engine says that it did not go on because of policies. */
const REFUSED_BY_POLICY = "preview failed";

/** Errors that are no violations: the preview failed on its own, and what it did not reach was not judged. */
function errorsOf(result: OperationResult): string[] {
  const { outcome, diagnostics, policyViolations } = result;
  const errors = diagnostics
    .filter((diagnostic) => isError(diagnostic) && diagnostic.message !== REFUSED_BY_POLICY)
    .map(describeError);
  if (errors.length > 0 || outcome === "succeeded") return errors;
  if (policyViolations.some(({ enforcement }) => enforcement === "mandatory")) return [];
  return [lastWords(result) || "The preview failed without a word."];
}
