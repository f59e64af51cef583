import fc from "fast-check";
import { describe, expect, it } from "vitest";
import {
  containsSecret,
  containsUnknown,
  markSecrets,
  type PropertyValue,
  secret,
  secretTexts,
  UNKNOWN,
  unwrapSecrets,
} from "../../../../local/plugins/protocol/property-value.ts";

const leaf = fc.oneof(fc.string(), fc.integer(), fc.boolean(), fc.constant(null));
const key = fc.string({ minLength: 1, maxLength: 5 }).filter((text) => text !== "__proto__");
/** Trees with secrets anywhere, also inside other secrets. */
const { value: tree } = fc.letrec<{ value: PropertyValue }>((tie) => ({
  value: fc.oneof(
    { maxDepth: 4, withCrossShrink: true },
    leaf,
    fc.array(tie("value"), { maxLength: 4 }),
    fc.dictionary(key, tie("value"), { maxKeys: 4 }),
    tie("value").map(secret),
  ),
}));

describe("secrets", () => {
  it("stay secret, and nothing is lost, when they are unwrapped and marked again", () => {
    fc.assert(
      fc.property(tree, (wrapped) => {
        const plain = unwrapSecrets(wrapped);
        const marked = markSecrets(plain, wrapped);
        expect(unwrapSecrets(marked)).toEqual(plain);
        expect(secretTexts(marked)).toEqual(secretTexts(wrapped));
      }),
    );
  });

  it("leave no wrapper when they are unwrapped", () => {
    fc.assert(fc.property(tree, (wrapped) => !containsSecret(unwrapSecrets(wrapped))));
  });

  it.each([
    ["a value at the same place", { a: "x", b: "y" }, { a: secret("x"), b: "y" }, { a: secret("x"), b: "y" }],
    ["a changed value", { a: "new" }, { a: secret("old") }, { a: secret("new") }],
    ["a value that grew into a map", { a: { b: "x" } }, { a: secret("x") }, { a: secret({ b: "x" }) }],
    [
      "one item of an array whose items have the same names",
      { env: [{ name: "A", value: "x" }, { name: "B" }] },
      { env: [{ name: "A", value: secret("x") }, { name: "B" }] },
      { env: [{ name: "A", value: secret("x") }, { name: "B" }] },
    ],
    [
      "a whole array when its items were reordered",
      { env: [{ name: "B" }, { name: "A", value: "x" }] },
      { env: [{ name: "A", value: secret("x") }, { name: "B" }] },
      { env: secret([{ name: "B" }, { name: "A", value: "x" }]) },
    ],
    ["a whole array when its length changed", { a: ["x"] }, { a: [secret("x"), "y"] }, { a: secret(["x"]) }],
    ["nothing when there was nothing secret", { a: "x" }, { a: "x" }, { a: "x" }],
    ["nothing in the place of a value that is gone", { b: "y" }, { a: secret("x") }, { b: "y" }],
    ["what the provider marked already, once", { a: secret("x") }, { a: secret("x") }, { a: secret("x") }],
  ])("mark %s", (_, value, like, expected) => {
    expect(markSecrets(value, like)).toEqual(expected);
  });

  it("are found as texts, but what stands beside them is not", () => {
    expect(secretTexts({ a: secret({ b: ["x", 1] }), c: "open" })).toEqual(["x"]);
  });
});

describe("unknown values", () => {
  it.each([
    ["the value itself", UNKNOWN, true],
    ["in a list in a map", { a: [{ b: UNKNOWN }] }, true],
    ["in a secret", { a: secret(UNKNOWN) }, true],
    ["nowhere", { a: ["b", null, 1] }, false],
    ["of nothing", undefined, false],
  ])("are found: %s", (_, value, expected) => {
    expect(containsUnknown(value)).toBe(expected);
  });
});
