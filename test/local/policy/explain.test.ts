import { existsSync } from "node:fs";
import path from "node:path";
import { describe, expect, it } from "vitest";
import { explainPolicy } from "../../../local/policy/explain.ts";
import { renderExplanation, renderList } from "../../../local/policy/render-explanation.ts";
import { GROUPS, POLICIES } from "../../../policies/policies.ts";
import { SOME_GROUPS } from "./some-policies.ts";

const CONFIGURATIONS = {
  "production.json": {},
  "staging.json": {
    "object-limit-size": {
      enforcementLevel: "advisory",
      maximum: 20,
      notChecked: [{ resource: "a", path: ".b", reason: "Ours." }],
    },
  },
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
  notChecked: a list of objects with resource, path, reason
      Values that a preview cannot know and that \`npm run policy\` accepts as not checked: the name of the resource, the place of the value (in both, \`*\` stands for anything) and the reason.
      default: []; staging.json: 1 entry

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
    const text = plain(renderExplanation(explain("exception-require-notice")));
    expect(text).not.toContain("To except");
    expect(text).toContain(
      "Exceptions\n  None by annotation; parameters and the level of the configuration remain.",
    );
  });

  it("has no annotation for resources of a cloud, which have none", () => {
    const [group] = SOME_GROUPS;
    const [policy] = group?.policies ?? [];
    if (group === undefined || policy === undefined) throw new Error("the small pack is empty");
    const cloud = { what: "a", cloud: [{ type: "t", properties: {} }] };
    const explained = (examples: typeof policy.examples) =>
      explainPolicy(policy.name, [{ ...group, policies: [{ ...policy, examples }] }], {}).exception;
    expect(explained({ pass: [cloud], fail: [cloud] })).toBeUndefined();
    expect(explained({ pass: [cloud], fail: policy.examples.fail })).toBeDefined();
  });

  it("has no heading over nothing", () => {
    const text = renderExplanation({ ...explain("object-limit-size"), controls: [] });
    expect(text).not.toContain("Standards");
  });

  it("shows short lists as they are, and counts objects", () => {
    const configured = { "a.json": ["x"], "b.json": [{}, {}], "c.json": [] };
    const { settings, ...rest } = explain("object-limit-size");
    const [setting] = settings;
    if (setting === undefined) throw new Error("the policy has no settings");
    const fallback = [{ action: "a" }, { action: "b" }];
    const text = renderExplanation({ ...rest, settings: [{ ...setting, configured, default: fallback }] });
    expect(text).toContain(`
      default: 2 entries; a.json: ["x"]; b.json: 2 entries; c.json: []
        {"action":"a"}
        {"action":"b"}
`);
  });

  it.each([
    ["object-limit-sise", "Did you mean object-limit-size?"],
    ["owner", "Did you mean object-require-owner?"],
    ["Object-Require", "Did you mean object-require-label, object-require-owner?"],
    ["size limit", "Did you mean object-limit-size?"],
    ["lable", "Did you mean object-require-label?"],
    ["objectlimit-size", "Did you mean object-limit-size?"],
    ["own", "Did you mean object-require-owner?"],
    ["bject-require-own", "Did you mean object-require-owner?"],
    ["sise object", "Did you mean object-limit-size?"],
    ["object zzzzzzzz", 'There is no policy "object zzzzzzzz". All names'],
    ["...", 'There is no policy "...". All names'],
    ["zzzzzzzz", 'There is no policy "zzzzzzzz". All names: npm run policy:explain without a name.'],
    ["", 'There is no policy "". All names'],
  ])("of %j, which does not exist, says: %s", (name, message) => {
    expect(() => explain(name)).toThrow(message);
  });

  it.each(POLICIES)("can be made, is JSON, and names the policy's file: $name", ({ name }) => {
    const explanation = explainPolicy(name, GROUPS, CONFIGURATIONS);
    expect(JSON.parse(JSON.stringify(explanation))).toMatchObject({ name });
    const text = plain(renderExplanation(explanation));
    expect(text).toContain(explanation.description);
    expect(text).not.toMatch(/ $/m);
    expect(existsSync(path.resolve(import.meta.dirname, "../../..", explanation.file))).toBe(true);
  });

  it("suggests few names even where many fit", () => {
    const error = catchError(() => explainPolicy("require", GROUPS, {}));
    expect(error.message.match(/-require-/g)).toHaveLength(5);
  });
});

function catchError(run: () => unknown): Error {
  try {
    run();
  } catch (cause) {
    if (cause instanceof Error) return cause;
  }
  throw new Error("nothing was thrown");
}

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
