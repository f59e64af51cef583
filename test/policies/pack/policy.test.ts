import { describe, expect, it } from "vitest";
import { createPolicy } from "../../../policies/pack/policy.ts";
import { FACTS } from "./subjects.ts";

const facts = { ...FACTS, name: "pod-require-test" };
const validateResource = () => {};
const remediateResource = () => undefined;

describe("a policy of the pack", () => {
  it("tells the engine what it is, how bad a violation is and what to do", () => {
    expect(createPolicy(facts, { validateResource }).sdk).toMatchObject({
      name: "pod-require-test",
      description: FACTS.description,
      severity: "low",
      enforcementLevel: "mandatory",
      remediationSteps: FACTS.remedy,
      tags: [],
      validateResource,
    });
  });

  it("is enforced as its facts say", () => {
    const { sdk } = createPolicy({ ...facts, enforcement: "advisory" }, { validateResource });
    expect(sdk.enforcementLevel).toBe("advisory");
  });

  it("names the standards that it carries out, the first one in full", () => {
    const { sdk } = createPolicy(
      {
        ...facts,
        controls: [
          { framework: "nist", control: "AC-6" },
          { framework: "cis-aws", control: "1.16" },
        ],
      },
      { validateResource },
    );
    expect(sdk.tags).toEqual(["nist: AC-6", "cis-aws: 1.16"]);
    expect(sdk.framework).toEqual({
      name: "NIST SP 800-53",
      version: "Revision 5",
      reference: "AC-6",
      specification: expect.stringMatching(/^https:/),
    });
  });

  it("names no standard where it carries out none", () => {
    expect(createPolicy(facts, { validateResource }).sdk).not.toHaveProperty("framework");
  });

  it("can be configured by its parameters and the list of values that are not known", () => {
    const { sdk } = createPolicy(
      { ...facts, parameters: { most: { type: "number", default: 1, description: "The most." } } },
      { validateResource },
    );
    expect(Object.keys(sdk.configSchema?.properties ?? {})).toEqual(["most", "notChecked"]);
  });

  it.each([
    ["has a remediation", { validateResource, remediateResource }, true],
    ["has none", { validateResource }, false],
    ["looks at whole stacks", { validateStack: () => {} }, false],
  ])("says whether it repairs: one that %s", (_, run, expected) => {
    expect(createPolicy(facts, run).remediates).toBe(expected);
  });

  it("does not repair where its remediation is undefined", () => {
    const run = { validateResource, remediateResource: undefined } as unknown as {
      validateResource: typeof validateResource;
    };
    expect(createPolicy(facts, run).remediates).toBe(false);
  });
});
