import fc from "fast-check";
import { describe, expect, it } from "vitest";
import {
  commentMarker,
  fittingRows,
  renderMarkdown,
  renderMissing,
} from "../../../local/policy/render-markdown.ts";
import type { PolicyReport } from "../../../local/policy/report.ts";
import { verdictOf } from "../../../local/policy/verdict.ts";
import { unknownOf, violationOf } from "./some-policies.ts";
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

failed: 1 violation of a mandatory policy, 1 value not checked and not listed, 1 error of the preview itself. 4 policies over 2 resources in 1.5 s: 2 violated, 2 incomplete; 1 exception holds. Previewed against empty simulated clusters, configuration policies/config/production.json.

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

<details><summary>Policies: all 4</summary>

| Policy | Severity | Level | Status |
| --- | --- | --- | --- |
| object-limit-size | critical | mandatory | 1 violation |
| object-require-label | medium | mandatory | incomplete |
| object-require-owner | low | advisory | 1 violation |
| exception-require-notice | low | advisory | incomplete |

</details>
`);
  });

  it("says that a stack was not judged, in place of the stack's last comment", () => {
    const text = renderMissing("my|stack");
    expect(text).toBe(`<!-- claude-agents-policy: my%7Cstack -->

### Policies of the stack my&#124;stack: not judged

The command ended before it had a report. Its error is in the log of this job.
`);
    expect(renderMissing("prod").split("\n")[0]).toBe(render(FULL_REPORT).split("\n")[0]);
  });

  it("has no empty tables", () => {
    const text = render(reportOn());
    expect(text).toContain("### Policies of the stack prod: passed");
    expect(text).not.toMatch(/Findings|Not checked|Exceptions|itself failed/);
    expect(text.match(/<details>|<\/details>/g)).toEqual(["<details>", "</details>"]);
  });

  it("orders findings by severity, whatever the order of the policies", () => {
    const names = ["object-require-owner", "object-limit-size", "object-require-label"];
    const report = reportOn({ policyViolations: names.map((name) => violationOf(name)) });
    for (const policies of [report.policies, report.policies.toReversed()]) {
      const severities = render({ ...report, policies }).match(/^\| (critical|medium|low) /gm);
      expect(severities).toEqual(["| critical ", "| medium ", "| low "]);
    }
  });

  it.each([
    ["is kept whole up to a thousand characters", "x".repeat(1_000), `| ${"x".repeat(1_000)} |`],
    ["is cut above that", "x".repeat(1_001), `| ${"x".repeat(1_000)}… |`],
    ["has no space around it", "Service a: it is wrong. \n ", "| Service a: it is wrong. |"],
  ])("of one value %s", (_, message, end) => {
    const report = reportOn({ policyViolations: [violationOf("object-limit-size")] });
    const [policy, ...others] = report.policies;
    const [finding] = policy?.findings ?? [];
    if (policy === undefined || finding === undefined) throw new Error("the report has no finding");
    const policies = [{ ...policy, findings: [{ ...finding, message }] }, ...others];
    const row = render({ ...report, policies })
      .split("\n")
      .find((line) => line.startsWith("| critical"));
    expect(row?.endsWith(end)).toBe(true);
  });

  it("shows what objects say as text: no mention, element, link or further cell comes of it", () => {
    const message =
      "x | y\n@team <img src=x> [a](b) `c` *d* #1 ~~e~~ \\ ! https://a.example www.b.example WWW.c.example";
    const text = render(reportOn({ policyViolations: [violationOf("object-limit-size", { message })] }));
    const row = text.split("\n").find((line) => line.startsWith("| critical"));
    expect(row).toBe(
      "| critical | object-limit-size | front | x &#124; y @&#8203;team &#60;img src=x&#62; &#91;a&#93;(b) &#96;c&#96; &#42;d&#42; #&#8203;1 &#126;&#126;e&#126;&#126; &#92; &#33; https&#58;//a.example www&#46;b.example WWW&#46;c.example |",
    );
  });

  it("says how many rows it leaves out, and leaves out no table", () => {
    const policyViolations = [
      ...Array.from({ length: 500 }, () => violationOf("object-limit-size", { message: "x".repeat(900) })),
      unknownOf("object-limit-size", Array.from({ length: 300 }, (_, index) => `.a${index}`).join(", ")),
    ];
    const text = render(reportOn({ policyViolations }));
    const shown = text.match(/^\| critical/gm)?.length ?? 0;
    expect(shown).toBeGreaterThan(40);
    expect(text).toContain(`\n\n${500 - shown} rows are left out here; \`npm run policy\` shows all.\n`);
    expect(text).toContain("#### Not checked");
    expect(text).toMatch(/\n\n\d+ rows are left out here[^\n]*\n\n<details>/);
    expect(text.endsWith("\n\n</details>\n")).toBe(true);
    expect(text.length).toBeGreaterThan(62_000);
  });

  it("has all rows where they fit", () => {
    expect(render(FULL_REPORT)).not.toContain("left out");
  });

  it.each([
    [6, ["ab", "cd"]],
    [5, ["ab"]],
    [3, ["ab"]],
    [2, []],
  ])("has as many rows as fit into %i characters", (characters, rows) => {
    expect(fittingRows(["ab", "cd"], characters)).toEqual(rows);
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
