import { readFile } from "node:fs/promises";
import path from "node:path";
import { describe, expect, it } from "vitest";
import { parse, parseAllDocuments } from "yaml";
import { renderPolicyFiles } from "../../../docs/generate-reference.ts";
import { exampleYaml } from "../../../policies/documentation/example-yaml.ts";
import {
  describeAllowed,
  describeControl,
  exceptionAnnotation,
} from "../../../policies/documentation/facts.ts";
import { renderPolicies } from "../../../policies/documentation/readme.ts";
import { GROUPS, POLICIES } from "../../../policies/policies.ts";
import { SOME_GROUPS } from "../../local/policy/some-policies.ts";

const ROOT = path.resolve(import.meta.dirname, "../../..");

describe("the generated pages about the policies", () => {
  it.each([...renderPolicyFiles()])(
    "%s is what the code says; otherwise run `npm run reference`",
    async (file, text) => {
      expect(await readFile(path.join(ROOT, file), "utf8")).toBe(text);
    },
  );

  it("describe every policy once, under a heading that the table of contents leads to", () => {
    const text = renderPolicies(GROUPS);
    for (const { name } of POLICIES) {
      expect([name, text.split(`### \`${name}\`\n`).length]).toEqual([name, 2]);
      expect(text).toContain(`[\`${name}\`](#${name})`);
    }
  });

  it("have rule, facts, reason, remedy, parameters and examples of a policy", () => {
    const text = renderPolicies(SOME_GROUPS);
    const start = text.indexOf("### `object-limit-size`");
    expect(text.slice(start, text.indexOf("### `object-require-label`"))).toBe(`### \`object-limit-size\`

Rule of object-limit-size.

*severity critical · mandatory · NIST SP 800-53 Revision 5: CM-6*

**Why.** Reason of object-limit-size.

**Instead.** Remedy of object-limit-size.

| Parameter | Allowed | Default | Meaning |
| --- | --- | --- | --- |
| \`maximum\` | a whole number, at least 1 | \`10\` | The most that is allowed. |

**Passes**

\`\`\`yaml
# a name
{ kind: Service }
\`\`\`

**Fails**

\`\`\`yaml
# no name (a container)
{ name: null }
\`\`\`

`);
    expect(text).toContain("*severity medium · mandatory · can repair · ");
    const label = text.slice(text.indexOf("### `object-require-label`"));
    expect(label).not.toContain("| Parameter |");
    expect(text).toContain("4 policies in 2 groups.");
  });

  it("show angle brackets, stars and bars as they are, outside of code", () => {
    const [group] = SOME_GROUPS;
    const [policy] = group?.policies ?? [];
    if (group === undefined || policy === undefined) throw new Error("the small pack is empty");
    const changed = { ...policy, description: "A | b <c> `<d> | *e*` *f*.", reason: "Write <g> or `<h>`." };
    const text = renderPolicies([{ ...group, policies: [changed] }]);
    expect(text).toContain("| critical | A \\| b &lt;c> `<d> \\| *e*` \\*f\\*. |");
    expect(text).toContain("**Why.** Write &lt;g> or `<h>`.");
  });

  it("leave groups out that are empty", () => {
    expect(renderPolicies([{ title: "Empty", folder: "empty", policies: [] }, ...SOME_GROUPS])).not.toContain(
      "Empty",
    );
  });
});

describe("an example", () => {
  it.each(
    POLICIES.flatMap(({ name, examples }) =>
      [...examples.pass, ...examples.fail].map((example) => ({ name, example })),
    ),
  )("of $name is YAML that reads as the example: $example.what", ({ example }) => {
    const expected =
      "container" in example
        ? [example.container]
        : "pod" in example
          ? [example.pod]
          : "objects" in example
            ? example.objects
            : example.cloud;
    const documents = parseAllDocuments(exampleYaml(example)).map((document) => document.toJS());
    expect(documents).toEqual(JSON.parse(JSON.stringify(expected)));
  });

  it("is headed by what it shows and what it is laid over", () => {
    expect(exampleYaml({ what: "a", container: { b: 1 } })).toBe("# a (a container)\n{ b: 1 }");
    expect(exampleYaml({ what: "a", pod: { b: 1 } })).toBe("# a (a pod's spec)\n{ b: 1 }");
    expect(exampleYaml({ what: "a", objects: [{ b: 1 }, { c: 2 }] })).toBe("# a\n{ b: 1 }\n---\n{ c: 2 }");
    expect(exampleYaml({ what: "a", cloud: [{ type: "t", properties: {} }] })).toBe(
      "# a\n{ type: t, properties: {} }",
    );
  });

  it.each([
    [100, 1],
    [101, 2],
  ])("of %i characters takes %i lines", (length, lines) => {
    const container = { a: "x", b: "y".repeat(length - "{ a: x, b:  }".length) };
    expect(exampleYaml({ what: "a", container }).split("\n")).toHaveLength(1 + lines);
  });

  it("is written over several lines where one would be long", () => {
    const container = { name: "x".repeat(60), image: "y".repeat(60) };
    const text = exampleYaml({ what: "a", container });
    expect(text.split("\n")).toHaveLength(3);
    expect(parse(text)).toEqual(container);
  });
});

describe("what is allowed", () => {
  it.each([
    [{ enum: ["a", "b"] }, '"a", "b"'],
    [{ type: "integer", minimum: 1, maximum: 3 }, "a whole number, at least 1, at most 3"],
    [{ type: "number" }, "a number"],
    [{ type: "boolean" }, "true or false"],
    [{ type: "string", minLength: 1 }, "text, not empty"],
    [{ type: "string", pattern: "^a$" }, "text, of the form ^a$"],
    [{ type: ["string", "null"] }, "text or null"],
    [{ type: "array" }, "a list"],
    [{ type: "array", items: { type: "string" } }, "a list, each text"],
    [
      { type: "array", items: { type: "object", properties: { a: {}, b: {} } } },
      "a list of objects with a, b",
    ],
    [{ type: "object" }, "an object"],
    [{}, "any value"],
  ] as const)("by %j is: %s", (schema, text) => {
    expect(describeAllowed(schema as Parameters<typeof describeAllowed>[0])).toBe(text);
  });
});

describe("facts about a policy", () => {
  it("name a control with the edition of its standard", () => {
    expect(describeControl({ framework: "nist", control: "CM-6" })).toBe("NIST SP 800-53 Revision 5: CM-6");
  });

  it("have an annotation that excepts, as JSON with all that is needed", () => {
    const { name, value } = exceptionAnnotation("object-limit-size");
    expect(name).toBe("policy-exception/object-limit-size");
    expect(Object.keys(JSON.parse(value))).toEqual(["owner", "reason", "expires"]);
  });
});
