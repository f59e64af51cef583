import { describe, expect, it } from "vitest";
import type { PolicyReport, PolicyResult } from "../../../local/policy/report.ts";
import { describeVerdict, isPassed, verdictOf } from "../../../local/policy/verdict.ts";

const FINDING = { resource: "front", enforcement: "mandatory", message: "too big" } as const;
const VALUE = { resource: "front", path: ".spec" };

function reportOf(policy: Partial<PolicyResult>, errors: readonly string[] = []): PolicyReport {
  const result: PolicyResult = {
    ...{ name: "object-limit-size", group: "Objects", severity: "medium", enforcement: "mandatory" },
    ...{ status: "passed", findings: [], unchecked: [], repaired: [] },
    ...policy,
  };
  return {
    ...{ stack: "prod", stackFile: "Pulumi.prod.yaml", config: "c.json", resources: 1, durationMs: 1 },
    ...{ policies: [result], exceptions: [], errors },
  };
}

describe("a verdict", () => {
  it.each<[string, Partial<PolicyResult>, boolean]>([
    ["nothing found", {}, true],
    ["a violation", { findings: [FINDING] }, false],
    ["advice", { findings: [{ ...FINDING, enforcement: "advisory" }] }, true],
    ["a value not checked and not listed", { unchecked: [VALUE] }, false],
    ["a value not checked and listed", { unchecked: [{ ...VALUE, accepted: "Ours." }] }, true],
    ["a value not checked by a policy that advises", { unchecked: [VALUE], enforcement: "advisory" }, true],
    ["a value not checked by a policy that repairs", { unchecked: [VALUE], enforcement: "remediate" }, false],
  ])("of %s", (_, policy, passed) => {
    expect(isPassed(verdictOf(reportOf(policy), "low"))).toBe(passed);
  });

  it("fails by an error of the preview, whatever the severity asked for", () => {
    expect(verdictOf(reportOf({}, ["stumbled"]), "critical")).toEqual({
      violations: 0,
      unlisted: 0,
      errors: 1,
    });
  });

  it.each([
    ["critical", 0],
    ["high", 0],
    ["medium", 1],
    ["low", 1],
  ] as const)("counts findings of medium severity when %s is to fail: %i", (failOn, count) => {
    const report = reportOf({ findings: [FINDING], unchecked: [VALUE] });
    expect(verdictOf(report, failOn)).toEqual({ violations: count, unlisted: count, errors: 0 });
  });

  it.each([
    [{ violations: 0, unlisted: 0, errors: 0 }, "passed"],
    [{ violations: 1, unlisted: 0, errors: 0 }, "failed: 1 violation of a mandatory policy"],
    [
      { violations: 2, unlisted: 1, errors: 2 },
      "failed: 2 violations of mandatory policies, 1 value not checked and not listed, 2 errors of the preview itself",
    ],
  ])("%j reads: %s", (verdict, text) => {
    expect(describeVerdict(verdict)).toBe(text);
  });
});
