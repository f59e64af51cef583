import { describe, expect, it } from "vitest";
import { policyConfigSchema, resolveSchema } from "../../../policies/config/schema.ts";
import { POLICIES } from "../../../policies/policies.ts";

describe("the schema of a configuration", () => {
  const schema = policyConfigSchema(POLICIES);

  it("knows every policy and no other", () => {
    expect(Object.keys(schema.properties)).toEqual(POLICIES.map(({ name }) => name));
    expect(schema.additionalProperties).toBe(false);
  });

  it.each(POLICIES)("has level, parameters and accepted values of $name, and nothing else", (policy) => {
    const entry = schema.properties[policy.name];
    expect(entry?.additionalProperties).toBe(false);
    expect(Object.keys(entry?.properties ?? {})).toEqual([
      "enforcementLevel",
      ...Object.keys(policy.parameters),
      "notChecked",
    ]);
    expect(entry?.properties["enforcementLevel"]).toMatchObject({
      enum: ["advisory", "mandatory", ...(policy.remediates ? ["remediate"] : []), "disabled"],
      default: policy.enforcement ?? "mandatory",
      description: expect.stringMatching(policy.remediates ? /, `remediate` repairs/ : /does not look\.$/),
    });
  });

  it("says once what every policy has", () => {
    const references = Object.values(schema.properties).map(({ properties }) => properties["notChecked"]);
    expect(new Set(references.map((reference) => JSON.stringify(reference)))).toEqual(
      new Set(['{"$ref":"#/definitions/notChecked"}']),
    );
    const [reference = {}] = references;
    expect(resolveSchema(reference, schema)).toBe(schema.definitions["notChecked"]);
    expect(resolveSchema(reference, schema).type).toBe("array");
  });

  it("is resolved to itself without a reference, and to nothing by one that leads nowhere", () => {
    expect(resolveSchema({ type: "integer" }, schema)).toEqual({ type: "integer" });
    expect(resolveSchema({ $ref: "#/definitions/none" }, schema)).toEqual({});
  });
});
