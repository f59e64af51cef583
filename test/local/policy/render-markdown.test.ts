import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { commentMarker, renderMarkdown } from "../../../local/policy/render-markdown.ts";
import type { PolicyReport } from "../../../local/policy/report.ts";
import { verdictOf } from "../../../local/policy/verdict.ts";
import { violationOf } from "./some-policies.ts";
import { FULL_REPORT, reportOn } from "./some-report.ts";

function render(report: PolicyReport): string {
  return renderMarkdown(report, verdictOf(report, "low"));
}

describe("the comment", () => {
  it("begins with a hidden line that belongs to the stack", () => {
    expect(render(FULL_REPORT).split("\n")[0]).toBe("<!-- claude-agents-policy: prod -->");
    expect(commentMarker("a-->b")).toBe("<!-- claude-agents-policy: a%2D%2D%3Eb -->");
    expect(commentMarker("a")).not.toBe(commentMarker("b"));
  });

  it("has a table for what was found, not checked and excepted, the worst first, and one of all policies", () => {
    expect(render(FULL_REPORT)).toBe(`<!-- claude-agents-policy: prod -->

### Policies of the stack prod: failed

failed: 1 violation of a mandatory policy, 1 value not checked and not listed, 1 error of the preview itself. 2 resources, 4 policies, configuration policies/config/production.json, 1.5 s, against empty simulated clusters.

**The preview itself failed.** the program stumbled

#### Findings

| Severity | Policy | Resource | What |
| --- | --- | --- | --- |
| critical | object-limit-size | front | Service shop/front: it is too big. Make it smaller. |
| low (advice) | object-require-owner | front | Service shop/front: nobody owns it. |

#### Not checked

| Policy | Resource | Value | Looked at |
| --- | --- | --- | --- |
| object-limit-size | front | .spec.open | **no** |
| object-limit-size | front | .spec.listed | An ARN of ours. |

#### Exceptions that hold today

| Resource | What |
| --- | --- |
| front | Service shop/front: it is excepted from object-require-label until 2999-12-31, by shop: audit |

#### Policies

| Policy | Severity | Level | Status |
| --- | --- | --- | --- |
| object-limit-size | critical | mandatory | violated |
| object-require-label | medium | mandatory | passed |
| object-require-owner | low | advisory | violated |
| exception-require-notice | low | advisory | passed |
`);
  });

  it("has no empty tables", () => {
    const text = render(reportOn());
    expect(text).toContain("### Policies of the stack prod: passed");
    expect(text).not.toMatch(/Findings|Not checked|Exceptions|itself failed/);
  });

  it("orders findings by severity, whatever their group", () => {
    const policyViolations = ["object-require-owner", "object-limit-size", "object-require-label"].map(
      (name) => violationOf(name),
    );
    const severities = render(reportOn({ policyViolations })).match(/^\| (critical|medium|low) /gm);
    expect(severities).toEqual(["| critical ", "| medium ", "| low "]);
  });

  it("shows what objects say as text: no mention, element, link or further cell comes of it", () => {
    const message = "x | y\n@team <img src=x> [a](b) `c` *d* #1 ~~e~~ \\ !";
    const text = render(reportOn({ policyViolations: [violationOf("object-limit-size", { message })] }));
    const row = text.split("\n").find((line) => line.startsWith("| critical"));
    expect(row).toBe(
      "| critical | object-limit-size | front | x &#124; y &#64;team &#60;img src=x&#62; &#91;a&#93;(b) &#96;c&#96; &#42;d&#42; &#35;1 &#126;&#126;e&#126;&#126; &#92; &#33; |",
    );
  });

  it("says how many rows it leaves out", () => {
    const policyViolations = Array.from({ length: 500 }, () =>
      violationOf("object-limit-size", { message: "x".repeat(900) }),
    );
    const text = render(reportOn({ policyViolations }));
    const shown = text.match(/^\| critical/gm)?.length ?? 0;
    expect(shown).toBeGreaterThan(40);
    expect(text).toContain(`${500 - shown} rows are left out here; \`npm run policy\` shows all.`);
  });

  it("never becomes too long for a comment, whatever is in the report", () => {
    fc.assert(
      fc.property(
        fc.array(fc.tuple(fc.string({ unit: "binary" }), fc.nat(70_000)), { maxLength: 30 }),
        (texts) => {
          const policyViolations = texts.map(([text, times]) =>
            violationOf("object-limit-size", {
              message: `${text}|`.repeat(times % 5_000),
              resource: `<${text}`,
            }),
          );
          const errors = texts.map(([text, times]) => `${text}<`.repeat(times % 3_000));
          expect(render({ ...reportOn({ policyViolations }), errors }).length).toBeLessThan(65_000);
        },
      ),
      { numRuns: 25 },
    );
  });
});
