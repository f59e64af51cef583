import { describe, expect, it } from "vitest";
import { explainPolicy } from "../../../local/policy/explain.ts";
import { renderExplanation, renderList } from "../../../local/policy/render-explanation.ts";
import { GROUPS, POLICIES } from "../../../policies/policies.ts";
import { SOME_GROUPS } from "./some-policies.ts";

const CONFIGURATIONS = {
  "production.json": {},
  "staging.json": { "object-limit-size": { enforcementLevel: "advisory", maximum: 20 } },
} as const;

function explain(name: string) {
  return explainPolicy(name, SOME_GROUPS, CONFIGURATIONS);
}

function plain(text: string): string {
  // biome-ignore lint/suspicious/noControlCharactersInRegex: colours are not what the tests are about
  return text.replaceAll(/\u001b\[\d+m/g, "");
}

describe("the explanation of a policy", () => {
  it("has everything about it, with defaults and what each configuration says", () => {
    expect(plain(renderExplanation(explain("object-limit-size")))).toBe(`object-limit-size
Rule of object-limit-size.

Group:    Objects, policies/objects/object-limit-size.ts
Severity: critical
Why:      Reason of object-limit-size.
Instead:  Remedy of object-limit-size.

Standards
  NIST SP 800-53 Revision 5: CM-6

Settings
  enforcementLevel: "advisory", "mandatory", "disabled"
      How strict the policy is.
      default: "mandatory"; staging.json: "advisory"
  maximum: a whole number, at least 1
      The most that is allowed.
      default: 10; staging.json: 20

Passes
  # a name
  { kind: Service }

Fails
  # no name (a container)
  { name: null }

To except an object, annotate it
  policy-exception/object-limit-size: '{"owner":"<team>","reason":"<why the object may break the rule>","expires":"<yyyy-mm-dd, the last day>"}'`);
  });

  it("says that a policy can repair, and has that level", () => {
    const text = plain(renderExplanation(explain("object-require-label")));
    expect(text).toContain("Severity: medium; it can repair what it finds");
    expect(text).toContain('enforcementLevel: "advisory", "mandatory", "remediate", "disabled"');
  });

  it("has no exception from a policy about exceptions", () => {
    expect(explain("exception-require-notice").exception).toBeUndefined();
    expect(renderExplanation(explain("exception-require-notice"))).not.toContain("To except");
  });

  it.each([
    ["object-limit-sise", "Did you mean object-limit-size?"],
    ["owner", "Did you mean object-require-owner?"],
    ["Object-Require", "Did you mean object-require-label, object-require-owner?"],
    ["zzzzzzzz", 'There is no policy "zzzzzzzz". All names: npm run policy:explain without a name.'],
    ["", 'There is no policy "". All names'],
  ])("of %j, which does not exist, says: %s", (name, message) => {
    expect(() => explain(name)).toThrow(message);
  });

  it.each(POLICIES)("can be made and is JSON: $name", ({ name }) => {
    const explanation = explainPolicy(name, GROUPS, CONFIGURATIONS);
    expect(JSON.parse(JSON.stringify(explanation))).toMatchObject({ name });
    expect(renderExplanation(explanation)).toContain(explanation.description);
  });
});

describe("the list of policies", () => {
  it("is by group, without groups that are empty", () => {
    const groups = [{ title: "Empty", folder: "empty", policies: [] }, ...SOME_GROUPS];
    expect(plain(renderList(groups)).split("\n")).toEqual([
      "Objects",
      "  object-limit-size (critical)",
      "      Rule of object-limit-size.",
      "  object-require-label (medium)",
      "      Rule of object-require-label.",
      "  object-require-owner (low)",
      "      Rule of object-require-owner.",
      "Exceptions",
      "  exception-require-notice (low)",
      "      Rule of exception-require-notice.",
    ]);
  });
});
