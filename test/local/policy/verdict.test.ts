import { describe, expect, it } from "vitest";
import type { PolicyReport, PolicyResult } from "../../../local/policy/report.ts";
import { describeCounts, describeVerdict, isPassed, verdictOf } from "../../../local/policy/verdict.ts";

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
    ["a policy that was not run", { status: "not run" }, false],
    ["a policy that advises and was not run", { status: "not run", enforcement: "advisory" }, true],
    ["a policy that is switched off", { status: "disabled", enforcement: "disabled" }, true],
  ])("of %s", (_, policy, passed) => {
    expect(isPassed(verdictOf(reportOf(policy), "low"))).toBe(passed);
  });

  it("fails by an error of the preview, whatever the severity asked for", () => {
    expect(verdictOf(reportOf({}, ["stumbled"]), "critical")).toEqual({
      failOn: "critical",
      violations: 0,
      unlisted: 0,
      notRun: 0,
      errors: 1,
    });
  });

  it.each([
    ["critical", 0],
    ["high", 0],
    ["medium", 1],
    ["low", 1],
  ] as const)("counts findings of medium severity when %s is to fail: %i", (failOn, count) => {
    const report = reportOf({ findings: [FINDING], unchecked: [VALUE], status: "not run" });
    const counts = { violations: count, unlisted: count, notRun: count, errors: 0 };
    expect(verdictOf(report, failOn)).toEqual({ failOn, ...counts });
  });

  it.each([
    [{}, "passed"],
    [{ failOn: "high" }, "passed; milder than high never fails here"],
    [{ violations: 1 }, "failed: 1 violation of a mandatory policy"],
    [{ unlisted: 1, failOn: "high" }, "failed: 1 value not checked and not listed"],
    [{ notRun: 1 }, "failed: 1 mandatory policy not run"],
    [{ errors: 1 }, "failed: 1 error of the preview itself"],
    [
      { violations: 2, unlisted: 3, notRun: 4, errors: 2 },
      "failed: 2 violations of mandatory policies, 3 values not checked and not listed, " +
        "4 mandatory policies not run, 2 errors of the preview itself",
    ],
  ] as const)("%j reads: %s", (counts, text) => {
    const verdict = { failOn: "low", violations: 0, unlisted: 0, notRun: 0, errors: 0 } as const;
    expect(describeVerdict({ ...verdict, ...counts })).toBe(text);
  });
});

describe("the counts of a report", () => {
  it("say what came of how many policies, over how much, in what time", () => {
    expect(describeCounts(reportOf({}))).toBe("1 policies over 1 resources in 0.0 s: 1 passed");
  });

  it("leave nothing out, in one order", () => {
    const { policies, ...report } = reportOf({});
    const [policy] = policies;
    if (policy === undefined) throw new Error("the report has no policy");
    const statuses = [
      ...(["disabled", "not run", "incomplete", "not checked", "violated", "passed"] as const),
      "violated",
    ] as const;
    const exceptions = [{ resource: "front", message: "excepted" }];
    const all = statuses.map((status) => ({ ...policy, status }));
    expect(describeCounts({ ...report, durationMs: 11_140, resources: 194, exceptions, policies: all })).toBe(
      "7 policies over 194 resources in 11.1 s: 1 passed, 2 violated, 1 not checked, 1 incomplete, 1 not run, " +
        "1 disabled; 1 exception holds",
    );
    expect(
      describeCounts({ ...report, exceptions: [...exceptions, ...exceptions], policies: [policy] }),
    ).toMatch(/: 1 passed; 2 exceptions hold$/);
  });
});
