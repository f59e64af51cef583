import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { MAX_JSON_DEPTH, MAX_JSON_VALUES, scanJson } from "../../../agent-runtime/src/gateway/json-scan.ts";

function keysOf(text: string): string[] {
  const keys: string[] = [];
  scanJson(text, (start, end, colon) => {
    expect(text[colon]).toBe(":");
    keys.push(JSON.parse(text.slice(start, end)));
  });
  return keys;
}

const nested = (levels: number) => `${"[".repeat(levels)}${"]".repeat(levels)}`;

describe("the scan of a JSON text", () => {
  it("finds the top-level keys of any object, and no others", () => {
    const text = fc.oneof(fc.string(), fc.string({ unit: fc.constantFrom('"', "\\", "{", ",", ":", "a") }));
    fc.assert(
      fc.property(
        fc.dictionary(text, fc.oneof(text, fc.jsonValue())),
        fc.constantFrom(undefined, 1, "\t"),
        (value, indent) => {
          // Keys that look like numbers are written first.
          expect(keysOf(JSON.stringify(value, null, indent))).toEqual(Object.keys(value));
        },
      ),
    );
  });

  it("finds the end of strings that hold escaped quotes near and far from each other", () => {
    const quoted = fc.array(fc.tuple(fc.nat(40), fc.constantFrom('"', '\\"', "\\\\", '\\\\"')), {
      maxLength: 20,
    });
    fc.assert(
      fc.property(quoted, (parts) => {
        const a = parts.map(([length, end]) => "x".repeat(length) + end).join("");
        expect(keysOf(JSON.stringify({ a, b: a, [a]: 1 }))).toEqual(Object.keys({ a, b: a, [a]: 1 }));
      }),
    );
  });

  it("finds the end of a string behind a backslash at any distance from an escaped quote", () => {
    for (let distance = 0; distance < 100; distance += 1) {
      const a = `"${"x".repeat(distance)}\\`;
      expect(keysOf(JSON.stringify({ a, b: 1 }))).toEqual(["a", "b"]);
    }
  });

  it.each(["", '"', '"\\', "]]]{", '{"a', '{"a"', '{"a":', "\\", '{"a":"\\"'])("survives %j", (text) => {
    expect(() => scanJson(text, () => undefined)).not.toThrow();
  });

  it("fault 41: refuses what is nested too deeply, and nothing less deep", () => {
    expect(() => keysOf(nested(MAX_JSON_DEPTH))).not.toThrow();
    expect(() => keysOf(nested(MAX_JSON_DEPTH + 1))).toThrow(
      expect.objectContaining({ code: "json_too_deep" }),
    );
    expect(() => keysOf(JSON.stringify(nested(1_000)))).not.toThrow();
  });

  it.each(["[],", '{"a":{}},', '"\\u0041",', "1,"])(
    "fault 41: refuses a body of nothing but %s after a small part of it",
    (unit) => {
      const few = `[${unit.repeat(1_000)}0]`;
      const many = `[${unit.repeat(MAX_JSON_VALUES)}0]`;
      expect(() => keysOf(few)).not.toThrow();
      expect(() => keysOf(many)).toThrow(expect.objectContaining({ code: "json_too_complex" }));
    },
  );

  it("does not count what is written in a text", () => {
    expect(keysOf(JSON.stringify({ text: "[{,".repeat(MAX_JSON_VALUES) }))).toEqual(["text"]);
  });
});
