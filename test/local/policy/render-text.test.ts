import { describe, expect, it } from "vitest";
import { renderText } from "../../../local/policy/render-text.ts";
import { verdictOf } from "../../../local/policy/verdict.ts";
import { violationOf } from "./some-policies.ts";
import { FULL_REPORT, reportOn } from "./some-report.ts";

function render(report = reportOn()): string {
  // biome-ignore lint/suspicious/noControlCharactersInRegex: colours are not what the tests are about
  return renderText(report, verdictOf(report, "low")).replaceAll(/\u001b\[\d+m/g, "");
}

describe("the report for a terminal", () => {
  it("shows by group what passed, what was found, what was not checked, and the exceptions", () => {
    expect(render(FULL_REPORT)).toBe(`
Policies of the stack prod, against empty simulated clusters
  2 resources, 4 policies, configuration policies/config/production.json, 1.5 s
  Objects
    ✗ object-limit-size  (critical, 1 violation)
        front: Service shop/front: it is too big. Make it smaller.
        front: .spec.open is not known before the update: not listed as looked at
        front: .spec.listed is not known before the update: An ARN of ours.
    ✓ object-require-label
        front: repaired
    ✗ object-require-owner  (low, advisory, 1 violation)
        front: Service shop/front: nobody owns it.
  Exceptions
    ✓ exception-require-notice  (advisory)
  Exceptions that hold today
    front: Service shop/front: it is excepted from object-require-label until 2999-12-31, by shop: audit
  The preview itself failed; policies were not judged in full
    the program stumbled
  failed: 1 violation of a mandatory policy, 1 value not checked and not listed, 1 error of the preview itself`);
  });

  it("ends with the word passed where nothing fails", () => {
    expect(render().split("\n").at(-1)).toBe("  passed");
  });

  it("marks what was switched off and what was not reached", () => {
    const config = { "object-limit-size": { enforcementLevel: "disabled" } } as const;
    const text = render(reportOn({ policyCoverage: { policies: [], resources: 0 } }, config));
    expect(text).toContain("- object-limit-size  (critical, disabled, disabled)");
    expect(text).toContain("· object-require-label  (medium, not run)");
  });

  it("counts several violations", () => {
    const policyViolations = [violationOf("object-limit-size"), violationOf("object-limit-size")];
    expect(render(reportOn({ policyViolations }))).toContain("(critical, 2 violations)");
  });
});
