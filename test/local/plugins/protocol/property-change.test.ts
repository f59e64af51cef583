import fc from "fast-check";
import { describe, expect, it } from "vitest";
import {
  changedMembers,
  changedValues,
  equalValues,
  parsePath,
  pathText,
} from "../../../../local/plugins/protocol/property-change.ts";
import type { PropertyValue } from "../../../../local/plugins/protocol/property-value.ts";

const value = fc.jsonValue({ maxDepth: 3 }).map((json) => json as PropertyValue);

describe("changedValues", () => {
  it.each([
    ["a value", { a: 1 }, { a: 2 }, [{ path: ["a"], kind: "update" }]],
    ["a new member", {}, { a: 1 }, [{ path: ["a"], kind: "add" }]],
    ["a member that is gone", { a: 1 }, {}, [{ path: ["a"], kind: "delete" }]],
    ["a member of an item", { a: [{ b: 1 }] }, { a: [{ b: 2 }] }, [{ path: ["a", 0, "b"], kind: "update" }]],
    ["a further item", { a: [1] }, { a: [1, 2] }, [{ path: ["a", 1], kind: "add" }]],
    ["an item that is gone", { a: [1, 2] }, { a: [1] }, [{ path: ["a", 1], kind: "delete" }]],
    ["a further item that is null", { a: [] }, { a: [null] }, [{ path: ["a", 0], kind: "add" }]],
    ["an item that is gone and was null", { a: [null] }, { a: [] }, [{ path: ["a", 0], kind: "delete" }]],
    ["a type", { a: [1] }, { a: { b: 1 } }, [{ path: ["a"], kind: "update" }]],
    ["null for an absent member: nothing", { a: null }, {}, []],
    ["null for a value", { a: 1 }, { a: null }, [{ path: ["a"], kind: "delete" }]],
  ])("finds %s", (_, before, after, expected) => {
    expect(changedValues(before, after)).toEqual(expected);
  });

  it("finds nothing exactly when the values are equal", () => {
    fc.assert(fc.property(value, value, (a, b) => equalValues(a, b) === (changedValues(a, b).length === 0)));
  });

  it("finds nothing between a value and itself", () => {
    fc.assert(fc.property(value, (a) => changedValues(a, structuredClone(a)).length === 0));
  });
});

describe("changedMembers", () => {
  it("names whole members, none to be replaced", () => {
    expect(changedMembers({ a: { b: 1 }, c: 1 }, { a: { b: 2 }, c: 1 })).toEqual([
      { path: "a", kind: "update", replace: false },
    ]);
  });
});

describe("a property path", () => {
  it.each([
    [["spec", "replicas"], "spec.replicas"],
    [["spec", "containers", 0, "image"], "spec.containers[0].image"],
    [["metadata", "labels", "app.kubernetes.io/name"], 'metadata.labels["app.kubernetes.io/name"]'],
    [["data", 'a"b'], 'data["a\\"b"]'],
  ])("%j is written %s", (path, text) => {
    expect(pathText(path)).toBe(text);
  });

  it("reads as what was written", () => {
    const step = fc.oneof(fc.string({ minLength: 1 }), fc.nat());
    fc.assert(
      fc.property(fc.array(step), (path) => {
        expect(parsePath(pathText(path))).toEqual(path);
      }),
    );
  });
});
