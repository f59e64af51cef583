import sarifSchema from "@microsoft/jest-sarif/lib/schemas/sarif-2.1.0-rtm.5.json" with { type: "json" };
import { describe, expect, it } from "vitest";
import { z } from "zod";
import { renderSarif } from "../../../local/policy/render-sarif.ts";
import type { PolicyReport } from "../../../local/policy/report.ts";
import { GROUPS, POLICIES } from "../../../policies/policies.ts";
import { SOME_POLICIES, URN, violationOf } from "./some-policies.ts";
import { FULL_REPORT, reportOn } from "./some-report.ts";

/**
 * The schema as it was published, in a package of matchers for tests. A file below the repository's root is a reference,
 * which zod takes for a whole URL.
 */
const official = z.fromJSONSchema(
  JSON.parse(
    JSON.stringify(sarifSchema, (key, value) =>
      key === "format" && value === "uri-reference" ? undefined : value,
    ),
  ),
);

// biome-ignore lint/suspicious/noExplicitAny: a test reads the parts that it is about
function run(report: PolicyReport): any {
  const log = renderSarif(report, SOME_POLICIES);
  return JSON.parse(JSON.stringify(log)).runs[0];
}

describe("the SARIF log", () => {
  it.each([
    ["of a report with one of everything", FULL_REPORT],
    ["of a report without findings", reportOn()],
  ])("%s keeps the official schema", (_, report) => {
    expect(official.safeParse(renderSarif(report, SOME_POLICIES)).error?.issues).toBeUndefined();
  });

  it("of the whole pack keeps the official schema, with a rule for each policy", () => {
    const report = { ...reportOn(), policies: [] };
    const log = renderSarif(report, POLICIES);
    expect(official.safeParse(log).error?.issues).toBeUndefined();
    expect(run(report).results).toEqual([]);
    expect(JSON.parse(JSON.stringify(log)).runs[0].tool.driver.rules).toHaveLength(
      GROUPS.flatMap(({ policies }) => policies).length,
    );
  });

  it("is checked by a schema that refuses what it does not know", () => {
    const log = renderSarif(FULL_REPORT, SOME_POLICIES);
    expect(official.safeParse({ ...log, version: "2.0.0" }).success).toBe(false);
    expect(official.safeParse({ ...log, more: 1 }).success).toBe(false);
    expect(official.safeParse({ version: "2.1.0" }).success).toBe(false);
  });

  it("belongs to the stack, so that the logs of two stacks do not replace each other", () => {
    expect(run(FULL_REPORT).automationDetails.id).toBe("claude-agents-policies/prod/");
    expect(run({ ...FULL_REPORT, stack: "acme/x y" }).automationDetails.id).toBe(
      "claude-agents-policies/acme%2Fx%20y/",
    );
  });

  it("explains each policy as a rule, with level and figure by severity", () => {
    const [size, label, owner] = run(FULL_REPORT).tool.driver.rules;
    expect(size).toMatchObject({
      id: "object-limit-size",
      shortDescription: { text: "Rule of object-limit-size." },
      fullDescription: { text: "Reason of object-limit-size." },
      defaultConfiguration: { level: "error", enabled: true },
      properties: { "security-severity": "9.5", tags: ["security", "NIST SP 800-53 Revision 5: CM-6"] },
    });
    expect(size.help.text).toBe(
      "Reason of object-limit-size.\nRemedy of object-limit-size.\nNIST SP 800-53 Revision 5: CM-6",
    );
    expect(size.help.markdown).toContain("npm run policy:explain -- object-limit-size");
    expect([label, owner].map(({ defaultConfiguration: { level } }) => level)).toEqual(["warning", "note"]);
  });

  it("says which rules were switched off", () => {
    const report = reportOn({}, { "object-limit-size": { enforcementLevel: "disabled" } });
    const enabled = run(report).tool.driver.rules.map(
      ({ defaultConfiguration }: { defaultConfiguration: { enabled: boolean } }) =>
        defaultConfiguration.enabled,
    );
    expect(enabled).toEqual([false, true, true, true]);
  });

  it("places a finding at the resource and at the stack file", () => {
    const [finding] = run(FULL_REPORT).results;
    expect(finding).toMatchObject({
      ruleId: "object-limit-size",
      ruleIndex: 0,
      kind: "fail",
      level: "error",
      message: { text: "front: Service shop/front: it is too big. Make it smaller." },
      properties: { enforcement: "mandatory" },
      locations: [
        {
          physicalLocation: {
            artifactLocation: { uri: "Pulumi.prod.yaml", uriBaseId: "%SRCROOT%" },
            region: { startLine: 1 },
          },
          logicalLocations: [{ name: "front", kind: "resource", fullyQualifiedName: URN }],
        },
      ],
    });
  });

  it("has findings and values that nobody looked at, and not those that are listed", () => {
    const results = run(FULL_REPORT).results.map(({ ruleId, kind, level }: Record<string, string>) => [
      ruleId,
      kind,
      level,
    ]);
    expect(results).toEqual([
      ["object-limit-size", "fail", "error"],
      ["object-limit-size", "open", "none"],
      ["object-require-owner", "fail", "note"],
    ]);
  });

  it("knows a finding again in the next run, and tells two findings apart", () => {
    const prints = (report: PolicyReport) =>
      run(report).results.map(
        ({ partialFingerprints }: { partialFingerprints: Record<string, string> }) =>
          partialFingerprints["policyFinding/v1"],
      );
    const other = violationOf("object-limit-size", { urn: `${URN}-2` });
    const both = prints(reportOn({ policyViolations: [violationOf("object-limit-size"), other] }));
    expect(new Set(both).size).toBe(2);
    expect(prints(reportOn({ policyViolations: [violationOf("object-limit-size")] }))).toEqual([both[0]]);
  });

  it("says that a run failed on its own, and why", () => {
    expect(run(FULL_REPORT).invocations).toEqual([
      {
        executionSuccessful: false,
        toolExecutionNotifications: [{ level: "error", message: { text: "the program stumbled" } }],
      },
    ]);
    expect(run(reportOn()).invocations[0]).toEqual({
      executionSuccessful: true,
      toolExecutionNotifications: [],
    });
  });

  it("leaves the URN out where the engine gave none, and writes file names as URIs", () => {
    const { urn: _, ...violation } = violationOf("object-limit-size");
    const report = {
      ...reportOn({ policyViolations: [violation] }),
      stackFile: "my project/Pulumi.prod.yaml",
    };
    const [{ locations }] = run(report).results;
    expect(locations[0].logicalLocations).toEqual([{ name: "front", kind: "resource" }]);
    expect(locations[0].physicalLocation.artifactLocation.uri).toBe("my%20project/Pulumi.prod.yaml");
  });
});
