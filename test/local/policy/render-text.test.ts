import { afterEach, describe, expect, it, vi } from "vitest";
import { renderText } from "../../../local/policy/render-text.ts";
import { verdictOf } from "../../../local/policy/verdict.ts";
import { unknownOf, violationOf } from "./some-policies.ts";
import { FULL_REPORT, reportOn } from "./some-report.ts";

const [RED, GREEN, YELLOW] = [31, 32, 33].map((code) => `\u001b[${code}m`);

afterEach(() => {
  vi.unstubAllEnvs();
});

function render(report = reportOn()): string {
  // biome-ignore lint/suspicious/noControlCharactersInRegex: colours are not what the tests are about
  return renderText(report, verdictOf(report, "low")).replaceAll(/\u001b\[\d+m/g, "");
}

describe("the report for a terminal", () => {
  it("shows by group what passed, what was found, what was not checked, and the exceptions", () => {
    expect(render(FULL_REPORT)).toBe(`
Policies of the stack prod, against empty simulated clusters
  configuration policies/config/production.json
  Objects
    ✗ object-limit-size  (critical, 1 violation)
        front: Service shop/front: it is too big. Make it smaller.
        not known before the update; NOT LISTED as looked at
          front: .spec.open
        not known before the update; listed: An ARN of ours.
          front: .spec.listed
    · object-require-label  (medium, incomplete)
        front: repaired
    ✗ object-require-owner  (low, advisory, 1 violation)
        front: Service shop/front: nobody owns it.
  Exceptions
    · exception-require-notice  (low, advisory, incomplete)
  Exceptions that hold today
    front: Service shop/front: it is excepted from object-require-label until 2999-12-31, by shop: audit
  The preview itself failed; what it did not reach was not judged
    the program stumbled
  Look at each value that is not listed. To accept it, list it in the policy's entry of policies/config/production.json: "notChecked": [{ "resource": "…", "path": "…", "reason": "…" }]
  4 policies over 2 resources in 1.5 s: 2 violated, 2 incomplete; 1 exception holds
  failed: 1 violation of a mandatory policy, 1 value not checked and not listed, 1 error of the preview itself`);
  });

  it("ends with counts, time and the word passed where nothing fails", () => {
    expect(render().split("\n").slice(-6)).toEqual([
      "    ✓ object-require-label",
      "    ✓ object-require-owner  (advisory)",
      "  Exceptions",
      "    ✓ exception-require-notice  (advisory)",
      "  4 policies over 2 resources in 1.5 s: 4 passed",
      "  passed",
    ]);
  });

  it("colours what fails, and what is mere advice otherwise", () => {
    vi.stubEnv("FORCE_COLOR", "1");
    const policyViolations = [
      violationOf("object-limit-size"),
      violationOf("object-require-owner", { enforcement: "advisory" }),
    ];
    const failed = reportOn({ policyViolations });
    const text = renderText(failed, verdictOf(failed, "low"));
    expect(text).toContain(`${RED}    ✗ object-limit-size`);
    expect(text).toContain(`${YELLOW}    ✗ object-require-owner`);
    expect(text).toContain(`${RED}  failed`);
    expect(text).toContain("\n    ✓ object-require-label\n");
    expect(renderText(reportOn(), verdictOf(reportOn(), "low"))).toContain(`${GREEN}  passed`);
  });

  it("says a reason once for all values that share it", () => {
    const policyViolations = [unknownOf("object-limit-size", ".a, .b, .c")];
    const listed = ["a", "c"].map((key) => ({ resource: "*", path: `.${key}`, reason: "Ours." }));
    const text = render(reportOn({ policyViolations }, { "object-limit-size": { notChecked: listed } }));
    expect(text).toContain(`
    ? object-limit-size  (critical, 3 values not checked)
        not known before the update; listed: Ours.
          front: .a
          front: .c
        not known before the update; NOT LISTED as looked at
          front: .b
`);
  });

  it("says how to list a value only where one is not", () => {
    const policyViolations = [unknownOf("object-limit-size", ".a")];
    const notChecked = [{ resource: "front", path: ".a", reason: "Ours." }];
    expect(render(reportOn({ policyViolations }))).toContain("To accept it, list it in the policy's entry");
    const listed = render(reportOn({ policyViolations }, { "object-limit-size": { notChecked } }));
    expect(listed).not.toContain("To accept it");
    expect(listed).toContain("(critical, 1 value not checked)");
  });

  it("marks what was switched off and what was not reached", () => {
    const config = { "object-limit-size": { enforcementLevel: "disabled" } } as const;
    const text = render(reportOn({ policyCoverage: { policies: [], resources: 0 } }, config));
    expect(text).toContain("- object-limit-size  (critical, disabled)");
    expect(text).toContain("· object-require-label  (medium, not run)");
  });

  it("counts several violations", () => {
    const policyViolations = [violationOf("object-limit-size"), violationOf("object-limit-size")];
    expect(render(reportOn({ policyViolations }))).toContain("(critical, 2 violations)");
  });
});
