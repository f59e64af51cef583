/** How one run of the engine ended. `cancelled`: by Ctrl-C or an abort signal; the state is saved. */
export type Outcome = "succeeded" | "failed" | "cancelled";

/** Resources by what was done with them, or in a preview what would be done. */
export interface ChangeSummary {
  readonly created: number;
  readonly updated: number;
  readonly replaced: number;
  readonly deleted: number;
  readonly unchanged: number;
}

export interface Diagnostic {
  readonly severity: "error" | "warning" | "info";
  /** Name of the resource that the message is about; absent for the program as a whole. */
  readonly resource?: string;
  /** Plain text, no colour codes, possibly several lines. */
  readonly message: string;
}

export interface PolicyViolation {
  readonly pack: string;
  readonly policy: string;
  readonly enforcement: "mandatory" | "advisory";
  /** Name of the resource; absent for a policy about the stack as a whole. */
  readonly resource?: string;
  /** URN of that resource. */
  readonly urn?: string;
  readonly message: string;
}

/** A resource that a policy of the level `remediate` has changed before it was judged. */
export interface PolicyRemediation {
  readonly policy: string;
  readonly resource?: string;
  readonly urn?: string;
}

/** What policies have looked at; a policy that is missing here has judged nothing, because the run ended before. */
export interface PolicyCoverage {
  readonly policies: readonly string[];
  /** Resources that were judged, the stack itself left out. */
  readonly resources: number;
}

export interface OperationResult {
  readonly outcome: Outcome;
  readonly changes: ChangeSummary;
  readonly diagnostics: readonly Diagnostic[];
  readonly policyViolations: readonly PolicyViolation[];
  readonly policyRemediations: readonly PolicyRemediation[];
  readonly policyCoverage: PolicyCoverage;
  /** Duration in milliseconds. */
  readonly durationMs: number;
  /** Everything that the CLI printed, for a log. */
  readonly output: string;
}

/** Whether anything was, or in a preview would be, changed. */
export function hasChanges({ created, updated, replaced, deleted }: ChangeSummary): boolean {
  return created + updated + replaced + deleted > 0;
}

/** Why an operation did not succeed, for a person: violations and errors, or failing both the end of what the CLI printed. */
export function describeFailure(result: OperationResult): string {
  const violations = result.policyViolations
    .filter(({ enforcement }) => enforcement === "mandatory")
    .map(({ policy, resource, message }) => `${resource ?? "stack"}: policy ${policy}: ${message}`);
  const reasons = [...violations, ...result.diagnostics.filter(isError).map(describeError)];
  return reasons.length > 0 ? reasons.join("\n") : lastWords(result);
}

export function isError({ severity }: Diagnostic): boolean {
  return severity === "error";
}

/** The end of what the CLI printed. */
export function lastWords({ output }: OperationResult): string {
  return output.trim().split("\n").slice(-20).join("\n");
}

/** How the engine begins when a policy threw an error. */
const POLICY_ERROR = "failed to run policy";

/** An error with its resource. The trace of a policy's code is left out: it says nothing of the program that is judged. */
export function describeError({ resource, message }: Diagnostic): string {
  const shown = message.startsWith(POLICY_ERROR) ? message.replaceAll(/\n\s+at .*/g, "") : message;
  return resource === undefined ? shown : `${resource}: ${shown}`;
}
