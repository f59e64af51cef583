import { createRequire } from "node:module";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { PACK_FOLDER } from "../../../policies/bundle.ts";
import { Field } from "../../../policies/manifests/field.ts";
import { write } from "../../../policies/pack/write.ts";
import { resourceOf, UNKNOWN } from "../judge.ts";

/** What stands in the object after a write through the SDK's proxy, and whether there was one. */
function writeInto(spec: unknown, path: [string, ...string[]], value: unknown = 1) {
  const object = { apiVersion: "v1", kind: "Pod", spec };
  const written = write(Field.root(resourceOf(object).props).at("spec"), path, value);
  return { written, spec: object.spec };
}

describe("write", () => {
  it.each([
    ["sets a value", {}, ["a"], { a: 1 }],
    ["replaces a value", { a: 2 }, ["a"], { a: 1 }],
    ["replaces null", { a: null }, ["a"], { a: 1 }],
    ["makes every parent", {}, ["a", "b", "c"], { a: { b: { c: 1 } } }],
    ["makes a parent in the place of null", { a: null, z: 0 }, ["a", "b"], { a: { b: 1 }, z: 0 }],
    ["keeps what stands beside it", { a: { x: 0 } }, ["a", "b", "c"], { a: { x: 0, b: { c: 1 } } }],
    ["does not ask for its neighbours", { a: { x: UNKNOWN } }, ["a", "b"], { a: { x: UNKNOWN, b: 1 } }],
  ] as [string, object, [string, ...string[]], object][])("%s", (_, before, path, after) => {
    expect(writeInto(before, path)).toEqual({ written: true, spec: after });
  });

  it("sets lists and objects as they are", () => {
    expect(writeInto({}, ["a"], ["ALL"])).toEqual({ written: true, spec: { a: ["ALL"] } });
  });

  it.each([
    ["over an unknown value", { a: UNKNOWN }, ["a"]],
    ["below an unknown value", { a: UNKNOWN }, ["a", "b"]],
    ["into what is unknown itself", UNKNOWN, ["a"]],
    ["into what is missing itself", undefined, ["a"]],
    ["into null", null, ["a"]],
    ["into a text", "text", ["a"]],
    ["into a list", [], ["a"]],
    ["below a text", { a: "text" }, ["a", "b"]],
    ["below a list", { a: [] }, ["a", "b"]],
  ] as [string, unknown, [string, ...string[]]][])("writes nothing %s", (_, before, path) => {
    expect(writeInto(structuredClone(before), path)).toEqual({ written: false, spec: before });
  });
});

/** The SDK's own way in and out of a remediation, where secrets are wrapped. */
const sdk = createRequire(join(PACK_FOLDER, "package.json"));
const { unknownCheckingProxy } = sdk("@pulumi/policy/proxy") as {
  unknownCheckingProxy: (properties: unknown) => unknown;
};
const { deserializeProperties, serializeProperties } = sdk("@pulumi/policy/deserialize") as {
  deserializeProperties: (properties: unknown, wrapSecrets: boolean) => unknown;
  serializeProperties: (properties: unknown) => Promise<unknown>;
};
const { Struct } = createRequire(sdk.resolve("@pulumi/pulumi"))(
  "google-protobuf/google/protobuf/struct_pb",
) as {
  Struct: { fromJavaScript(value: object): unknown };
};

const secret = (value: unknown) => ({
  "4dabf18193072939515e22adb298388d": "1b47061264138c4ac30d75fd1eb44270",
  value,
});

describe("write in a remediation", () => {
  it("reaches what goes back to the engine, and leaves secrets and unknown values as they are", async () => {
    const received = Struct.fromJavaScript({ spec: { a: secret({ b: null }), c: secret("s"), d: UNKNOWN } });
    const props = unknownCheckingProxy(deserializeProperties(received, true));
    expect(write(Field.root(props), ["spec", "a", "b"], ["ALL"])).toBe(true);
    expect(await serializeProperties(props)).toEqual({
      spec: { a: secret({ b: ["ALL"] }), c: secret("s"), d: UNKNOWN },
    });
  });
});
