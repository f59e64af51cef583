import { describe, expect, it } from "vitest";
import { policyConfigSchema } from "../../../policies/config/schema.ts";
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
    expect(entry?.properties["enforcementLevel"]?.enum).toEqual([
      "advisory",
      "mandatory",
      ...(policy.remediates ? ["remediate"] : []),
      "disabled",
    ]);
    expect(entry?.properties["enforcementLevel"]?.default).toBe(policy.enforcement ?? "mandatory");
  });
});
