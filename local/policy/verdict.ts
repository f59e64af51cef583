import { type PolicyReport, type PolicyResult, SEVERITIES, type Severity, STATUSES } from "./report.ts";

/** Why a report fails, counted; all zero when it passes. */
export interface Verdict {
  /** The mildest severity that is counted. */
  readonly failOn: Severity;
  /** Violations of mandatory policies. */
  readonly violations: number;
  /** Values that mandatory policies could not judge and that no configuration lists. */
  readonly unlisted: number;
  /** Mandatory policies that have looked at nothing. */
  readonly notRun: number;
  /** Errors of the preview itself. */
  readonly errors: number;
}

/**
 * What of a report fails. Advice never does, nor do the unknown values of a policy that only advises.
 *
 * @param failOn the mildest severity that fails; an error of the preview always does
 */
export function verdictOf({ policies, errors }: PolicyReport, failOn: Severity): Verdict {
  const counted = policies.filter(
    ({ severity }) => SEVERITIES.indexOf(severity) <= SEVERITIES.indexOf(failOn),
  );
  const strict = counted.filter(({ enforcement }) => enforcement !== "advisory");
  return {
    failOn,
    violations: sum(
      counted,
      ({ findings }) => findings.filter(({ enforcement }) => enforcement === "mandatory").length,
    ),
    unlisted: sum(
      strict,
      ({ unchecked }) => unchecked.filter(({ accepted }) => accepted === undefined).length,
    ),
    notRun: strict.filter(({ status }) => status === "not run").length,
    errors: errors.length,
  };
}

export function isPassed({ violations, unlisted, notRun, errors }: Verdict): boolean {
  return [violations, unlisted, notRun, errors].every((number) => number === 0);
}

function sum(results: readonly PolicyResult[], count: (result: PolicyResult) => number): number {
  return results.reduce((total, result) => total + count(result), 0);
}

const MILDEST = SEVERITIES.at(-1);

/** Such as `failed: 2 violations of mandatory policies, 1 value not checked and not listed`. */
export function describeVerdict(verdict: Verdict): string {
  const { failOn, violations, unlisted, notRun, errors } = verdict;
  if (isPassed(verdict))
    return failOn === MILDEST ? "passed" : `passed; milder than ${failOn} never fails here`;
  return `failed: ${list([
    count(violations, "violation of a mandatory policy", "violations of mandatory policies"),
    count(unlisted, "value not checked and not listed", "values not checked and not listed"),
    count(notRun, "mandatory policy not run", "mandatory policies not run"),
    count(errors, "error of the preview itself", "errors of the preview itself"),
  ])}`;
}

/** Such as `107 policies over 194 resources in 11.1 s: 102 passed, 5 not checked; 1 exception holds`. */
export function describeCounts({ policies, resources, durationMs, exceptions }: PolicyReport): string {
  const statuses = STATUSES.map((status) => {
    const number = policies.filter((policy) => policy.status === status).length;
    return count(number, status, status);
  });
  const scope = `${policies.length} policies over ${resources} resources in ${(durationMs / 1000).toFixed(1)} s`;
  const live = count(exceptions.length, "exception holds", "exceptions hold");
  return `${scope}: ${list(statuses)}${live === undefined ? "" : `; ${live}`}`;
}

function list(parts: readonly (string | undefined)[]): string {
  return parts.filter((part) => part !== undefined).join(", ");
}

function count(number: number, one: string, many: string): string | undefined {
  return number === 0 ? undefined : `${number} ${number === 1 ? one : many}`;
}
