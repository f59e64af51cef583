import { describe, expect, it } from "vitest";
import { policyConfigSchema, resolveSchema } from "../../../policies/config/schema.ts";
import { exceptionRequireNotice } from "../../../policies/exceptions/exception-require-notice.ts";
import type { Policy } from "../../../policies/pack/policy.ts";
import { POLICIES } from "../../../policies/policies.ts";

describe("the schema of a configuration", () => {
  it("knows every policy and no other", () => {
    const schema = policyConfigSchema(POLICIES);
    expect(Object.keys(schema.properties)).toEqual(POLICIES.map(({ name }) => name));
    expect(schema.additionalProperties).toBe(false);
  });

  it.each(POLICIES)("has level, parameters and accepted values of $name, and nothing else", (policy) => {
    const entry = policyConfigSchema([policy]).properties[policy.name];
    expect(entry?.additionalProperties).toBe(false);
    expect(Object.keys(entry?.properties ?? {})).toEqual([
      "enforcementLevel",
      ...Object.keys(policy.parameters),
      "notChecked",
    ]);
    expect(entry?.properties["enforcementLevel"]).toMatchObject({
      enum: [
        "advisory",
        "mandatory",
        ...(policy.remediates ? ["remediate"] : []),
        ...(policy.neverDisabled === undefined ? ["disabled"] : []),
      ],
      default: policy.enforcement ?? "mandatory",
    });
  });

  it("says what the levels mean, and why one is missing", () => {
    const said = ({ name }: Policy) =>
      policyConfigSchema(POLICIES).properties[name]?.properties["enforcementLevel"];
    const rest = POLICIES.filter(({ neverDisabled }) => neverDisabled === undefined);
    for (const policy of rest) {
      expect(said(policy)).toMatchObject({
        description:
          "`mandatory` fails a preview, `advisory` only reports, `disabled` does not look" +
          (policy.remediates ? ", `remediate` repairs the object." : "."),
      });
    }
    expect(POLICIES.filter((policy) => !rest.includes(policy))).toEqual([exceptionRequireNotice]);
    expect(said(exceptionRequireNotice)).toMatchObject({
      description:
        "`mandatory` fails a preview, `advisory` only reports. It cannot be disabled: reports would list no exceptions, as if there were none.",
    });
  });

  it("says once what every policy has", () => {
    const schema = policyConfigSchema(POLICIES);
    const references = Object.values(schema.properties).map(({ properties }) => properties["notChecked"]);
    expect(new Set(references.map((reference) => JSON.stringify(reference)))).toEqual(
      new Set(['{"$ref":"#/definitions/notChecked"}']),
    );
    const [reference = {}] = references;
    expect(resolveSchema(reference, schema)).toBe(schema.definitions["notChecked"]);
    expect(resolveSchema(reference, schema).type).toBe("array");
  });

  it("is resolved to itself without a reference, and to nothing by one that leads nowhere", () => {
    const schema = policyConfigSchema(POLICIES);
    expect(resolveSchema({ type: "integer" }, schema)).toEqual({ type: "integer" });
    expect(resolveSchema({ $ref: "#/definitions/none" }, schema)).toEqual({});
  });
});
