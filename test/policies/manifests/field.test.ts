import { describe, expect, it } from "vitest";
import { Field } from "../../../policies/manifests/field.ts";
import { resourceOf, UNKNOWN } from "../judge.ts";

/** An object's field, behind the SDK's proxy. */
const rootOf = (object: Record<string, unknown>) => Field.root(resourceOf(object).props);

describe("a field", () => {
  it("has the path that led to it, with names that are no words in quotes", () => {
    const root = rootOf({ metadata: { annotations: { "a.b/c": "x" } }, list: [[1, 2]] });
    expect(root.path).toBe("");
    expect(root.at("metadata", "annotations", "a.b/c").path).toBe('.metadata.annotations["a.b/c"]');
    expect(root.at("metadata", "not-there", "either").path).toBe(".metadata.not-there.either");
    expect(root.at("list").items()[0]?.items()[1]?.path).toBe(".list[0][1]");
  });

  it.each([
    ["a text", "x", { missing: false, composite: false, text: "x" }],
    ["an empty text", "", { missing: false, composite: false, text: "" }],
    ["zero", 0, { missing: false, composite: false, text: undefined }],
    ["false", false, { missing: false, composite: false, text: undefined }],
    ["an object", {}, { missing: false, composite: true, text: undefined }],
    ["a list", [], { missing: false, composite: true, text: undefined }],
    ["null", null, { missing: true, composite: false, text: undefined }],
    ["undefined", undefined, { missing: true, composite: false, text: undefined }],
    ["an unknown value", UNKNOWN, { missing: false, composite: false, text: undefined }],
  ])("tells %s from others", (_, value, expected) => {
    const { missing, composite, text } = rootOf({ value }).at("value");
    expect({ missing, composite, text }).toEqual(expected);
  });

  it("has no properties that an object only inherits", () => {
    expect(rootOf({}).at("constructor").missing).toBe(true);
    expect(rootOf({}).at("toString", "name").missing).toBe(true);
  });

  it("is missing below what is missing", () => {
    expect(rootOf({ spec: null }).at("spec", "a", "b").missing).toBe(true);
  });

  it("is unknown below what is unknown, at the path of the unknown value", () => {
    const field = rootOf({ spec: UNKNOWN }).at("spec", "a", "b");
    expect(field.unknown).toBeInstanceOf(Error);
    expect(field.path).toBe(".spec");
  });

  it.each(["text", 1, true])("cannot be looked into where it is %j", (value) => {
    const field = rootOf({ value }).at("value");
    expect(() => field.at("a")).toThrow(`.value: expected an object, got ${typeof value}`);
    expect(() => field.entries()).toThrow(`.value: expected an object, got ${typeof value}`);
  });

  it("calls what has no path the manifest", () => {
    expect(() => Field.root("text").at("a")).toThrow(/^the manifest: expected an object, got string$/);
  });

  it("keeps what a reading throws, whatever it is", () => {
    const object = Object.defineProperty({}, "a", {
      enumerable: true,
      get: () => {
        throw "no error";
      },
    });
    expect(Field.root(object).at("a").unknown).toEqual(new Error("no error"));
  });
});

describe("the items of a field", () => {
  it("are one unknown item where the list or the item is unknown", () => {
    expect(rootOf({ list: UNKNOWN }).at("list").items()).toMatchObject([{ path: ".list" }]);
    expect(
      rootOf({ list: [1, UNKNOWN] })
        .at("list")
        .items(),
    ).toMatchObject([
      { path: ".list[0]", value: 1, unknown: undefined },
      { path: ".list[1]", value: undefined, unknown: expect.any(Error) },
    ]);
  });

  it.each([undefined, null, []])("are none where it is %j", (list) => {
    expect(rootOf({ list }).at("list").items()).toEqual([]);
  });

  it.each(["text", {}, 1])("cannot be told where it is %j", (list) => {
    expect(() => rootOf({ list }).at("list").items()).toThrow(`.list: expected a list, got ${typeof list}`);
  });
});

describe("the entries of a field", () => {
  it("are the properties of an object by name", () => {
    expect(
      rootOf({ map: { a: 1, b: UNKNOWN } })
        .at("map")
        .entries(),
    ).toMatchObject([
      ["a", { path: ".map.a", value: 1 }],
      ["b", { path: ".map.b", unknown: expect.any(Error) }],
    ]);
  });

  it("are the elements of a list by position", () => {
    expect(
      rootOf({ map: ["x", "y"] })
        .at("map")
        .entries(),
    ).toMatchObject([
      ["0", { path: ".map[0]", value: "x" }],
      ["1", { path: ".map[1]", value: "y" }],
    ]);
  });

  it("are one unknown entry of no name where the object is unknown", () => {
    expect(rootOf({ map: UNKNOWN }).at("map").entries()).toMatchObject([
      ["", { path: ".map", unknown: expect.any(Error) }],
    ]);
  });

  it.each([undefined, null, {}])("are none where it is %j", (map) => {
    expect(rootOf({ map }).at("map").entries()).toEqual([]);
  });
});
