import { describe, expect, it } from "vitest";
import { renderSarif } from "../../../local/policy/render-sarif.ts";
import type { PolicyReport } from "../../../local/policy/report.ts";
import { GROUPS, POLICIES } from "../../../policies/policies.ts";
import { officialSarif } from "./sarif-schema.ts";
import { SOME_POLICIES, URN, unknownOf, violationOf } from "./some-policies.ts";
import { FULL_REPORT, reportOn } from "./some-report.ts";

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
    expect(officialSarif.safeParse(renderSarif(report, SOME_POLICIES)).error?.issues).toBeUndefined();
  });

  it("of the whole pack keeps the official schema, with a rule for each policy", () => {
    const report = { ...reportOn(), policies: [] };
    const log = renderSarif(report, POLICIES);
    expect(officialSarif.safeParse(log).error?.issues).toBeUndefined();
    expect(run(report).results).toEqual([]);
    expect(JSON.parse(JSON.stringify(log)).runs[0].tool.driver.rules).toHaveLength(
      GROUPS.flatMap(({ policies }) => policies).length,
    );
  });

  it("is checked by a schema that refuses what it does not know", () => {
    const log = renderSarif(FULL_REPORT, SOME_POLICIES);
    expect(officialSarif.safeParse({ ...log, version: "2.0.0" }).success).toBe(false);
    expect(officialSarif.safeParse({ ...log, more: 1 }).success).toBe(false);
    expect(officialSarif.safeParse({ version: "2.1.0" }).success).toBe(false);
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

  it("points to the policy's section of the documentation, or else to the standard", () => {
    const log = JSON.parse(
      JSON.stringify(renderSarif(FULL_REPORT, SOME_POLICIES, "https://example.com/p.md")),
    );
    const [documented] = log.runs[0].tool.driver.rules;
    expect(documented.helpUri).toBe("https://example.com/p.md#object-limit-size");
    expect(documented.help.markdown).toContain(
      "[Examples and parameters](https://example.com/p.md#object-limit-size)",
    );
    const [plain] = run(FULL_REPORT).tool.driver.rules;
    expect(plain.helpUri).toBe("https://csrc.nist.gov/pubs/sp/800/53/r5/upd1/final");
    expect(plain.help.markdown).not.toContain("Examples and parameters");
    const without = SOME_POLICIES.map((policy) => ({ ...policy, controls: [] }));
    const bare = JSON.parse(JSON.stringify(renderSarif(FULL_REPORT, without)));
    expect(bare.runs[0].tool.driver.rules[0]).not.toHaveProperty("helpUri");
    expect(officialSarif.safeParse(bare).success).toBe(true);
  });

  it("never makes advice fail a pull request: it is a note without the figure that code scanning goes by", () => {
    const config = { "object-limit-size": { enforcementLevel: "advisory" } } as const;
    const violation = violationOf("object-limit-size", { enforcement: "advisory" });
    const { results, tool } = run(reportOn({ policyViolations: [violation] }, config));
    const [size, label] = tool.driver.rules;
    expect(size.defaultConfiguration.level).toBe("note");
    expect(size.properties).not.toHaveProperty("security-severity");
    expect(results.map(({ level }: { level: string }) => level)).toEqual(["note"]);
    expect(label.properties["security-severity"]).toBe("5.5");
  });

  it("names the pack's version, by which code scanning tells a change of the rules from one of the code", () => {
    expect(run(FULL_REPORT).tool.driver.semanticVersion).toMatch(/^\d+\.\d+\.\d+$/);
  });

  it("keeps what code scanning allows at most, for every policy of the pack", () => {
    const { rules } = JSON.parse(JSON.stringify(renderSarif(reportOn(), POLICIES))).runs[0].tool.driver;
    for (const { id, shortDescription, fullDescription, properties } of rules) {
      const lengths = [shortDescription.text, fullDescription.text].map((text: string) => text.length);
      expect([id, Math.max(...lengths) <= 1024]).toEqual([id, true]);
      expect([id, properties.tags.length <= 20]).toEqual([id, true]);
    }
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
            region: { startLine: 1, startColumn: 1, endLine: 1, endColumn: 2 },
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

  describe("has a fingerprint, under the one key that code scanning reads,", () => {
    const prints = (...policyViolations: ReturnType<typeof violationOf>[]): string[] =>
      run(reportOn({ policyViolations })).results.map(
        ({ partialFingerprints }: { partialFingerprints: Record<string, string> }) =>
          partialFingerprints["primaryLocationLineHash"],
      );
    const message = (text: string) => violationOf("object-limit-size", { message: text });
    const known = prints(message("Service shop/front, at .a: it is 3. Make it 2."));

    it("that has the form of the upload's own", () => {
      expect(known).toEqual([expect.stringMatching(/^[0-9a-f]{64}:1$/)]);
    });

    it("that stays when the values in the message change", () => {
      expect(prints(message("Service shop/front, at .a: it is 4. Make it 2."))).toEqual(known);
    });

    it.each([
      ["another place", message("Service shop/front, at .b: it is 3. Make it 2.")],
      [
        "another policy",
        violationOf("object-require-label", { message: "Service shop/front, at .a: it is 3." }),
      ],
      [
        "another resource",
        violationOf("object-limit-size", { urn: `${URN}-2`, message: "Service shop/front, at .a: it is 3." }),
      ],
    ])("that is another for %s", (_, violation) => {
      expect(prints(violation)).not.toEqual(known);
    });

    it("that tells two findings at one place apart", () => {
      const violation = message("Service shop/front, at .a: it is 3.");
      expect(prints(violation, violation)).toEqual([known[0], known[0]?.replace(/1$/, "2")]);
    });

    it("for a value that nobody has looked at too", () => {
      expect(new Set(prints(unknownOf("object-limit-size", ".a, .b"))).size).toBe(2);
    });
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

  it("makes no link of what an object says", () => {
    const violation = violationOf("object-limit-size", { message: "a [b](https://c.example) d [0] (e)" });
    const [{ message }] = run(reportOn({ policyViolations: [violation] })).results;
    expect(message.text).toBe("front: a [b] (https://c.example) d [0] (e)");
  });

  it("names a stack file outside of the repository by its whole place", () => {
    const report = { ...FULL_REPORT, stackFile: "/some project/Pulumi.prod.yaml" };
    const [{ locations }] = run(report).results;
    expect(locations[0].physicalLocation.artifactLocation).toEqual({
      uri: "file:///some%20project/Pulumi.prod.yaml",
    });
    expect(officialSarif.safeParse(renderSarif(report, SOME_POLICIES)).success).toBe(true);
  });
});
