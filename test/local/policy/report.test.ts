import { describe, expect, it } from "vitest";
import type { OperationResult } from "../../../local/engine/operation-result.ts";
import type { PolicyConfig } from "../../../local/policy/config.ts";
import { buildReport } from "../../../local/policy/report.ts";
import { CLEAN, REFUSED, SOME_GROUPS, SOME_POLICIES, URN, unknownOf, violationOf } from "./some-policies.ts";

function report(result: Partial<OperationResult> = {}, config: PolicyConfig = {}) {
  return buildReport({
    stack: "prod",
    stackFile: "Pulumi.prod.yaml",
    configFile: "policies/config/production.json",
    config,
    groups: SOME_GROUPS,
    result: { ...CLEAN, ...result },
  });
}

function policy(name: string, ...options: Parameters<typeof report>) {
  return report(...options).policies.find((candidate) => candidate.name === name);
}

describe("a report", () => {
  it("has every policy in the order of the groups, all passed where nothing was found", () => {
    const { policies, exceptions, errors, resources, durationMs } = report();
    expect(policies.map(({ name, status }) => [name, status])).toEqual(
      SOME_POLICIES.map(({ name }) => [name, "passed"]),
    );
    expect({ exceptions, errors, resources, durationMs }).toEqual({
      exceptions: [],
      errors: [],
      resources: 2,
      durationMs: 1500,
    });
  });

  it("shows a violation with its resource, without the rule that heads the engine's message", () => {
    const found = policy("object-limit-size", {
      ...REFUSED,
      policyViolations: [violationOf("object-limit-size")],
    });
    expect(found).toMatchObject({ group: "Objects", severity: "critical", status: "violated" });
    expect(found?.findings).toEqual([
      {
        resource: "front",
        urn: URN,
        enforcement: "mandatory",
        message: "Service shop/front: it is too big. Make it smaller.",
      },
    ]);
  });

  it("names the stack where no resource is to blame", () => {
    const { resource: _, urn: __, ...violation } = violationOf("object-limit-size");
    const [finding] = policy("object-limit-size", { policyViolations: [violation] })?.findings ?? [];
    expect(finding?.resource).toBe("prod");
    expect(finding).not.toHaveProperty("urn");
  });

  it("keeps a message whole that no rule heads, and trims one that is headed", () => {
    const messages = ["Something else.", "Rule of object-limit-size.\n\n  too big \n"];
    const policyViolations = messages.map((message) => ({ ...violationOf("object-limit-size"), message }));
    const found = policy("object-limit-size", { policyViolations })?.findings;
    expect(found?.map(({ message }) => message)).toEqual(["Something else.", "too big"]);
  });

  it("takes no violation of a policy for an error of the preview", () => {
    expect(report({ ...REFUSED, policyViolations: [violationOf("object-limit-size")] }).errors).toEqual([]);
  });

  it.each([
    [
      "what the engine says about a resource",
      { diagnostics: [{ severity: "error", resource: "front", message: "no such kind" }] },
      ["front: no such kind"],
    ],
    [
      "the program's error, but no warning",
      {
        diagnostics: [
          { severity: "error", message: "stumbled" },
          { severity: "warning", message: "slow" },
        ],
      },
      ["stumbled"],
    ],
    [
      "what a policy says that could not do its work, without the trace of its code",
      {
        diagnostics: [
          {
            severity: "error",
            resource: "front",
            message:
              "failed to run policy:\nError: policy a could not judge front and therefore refuses it: no list\n" +
              "    at refusal (/pack/dist/index.cjs:1:2)\n    at Generator.next (<anonymous>)",
          },
        ],
      },
      [
        "front: failed to run policy:\nError: policy a could not judge front and therefore refuses it: no list",
      ],
    ],
    ["the end of the output where nothing else is said", { output: "one\ntwo\n" }, ["one\ntwo"]],
    ["a sentence where nothing at all is said", {}, ["The preview failed without a word."]],
    [
      "advice beside it, which explains no failure",
      { policyViolations: [violationOf("object-require-owner", { enforcement: "advisory" })], output: "x" },
      ["x"],
    ],
  ] as const)("has as error of a failed preview %s", (_, result, errors) => {
    expect(report({ outcome: "failed", ...(result as Partial<OperationResult>) }).errors).toEqual(errors);
  });

  it("keeps an error beside violations", () => {
    const diagnostics = [...REFUSED.diagnostics, { severity: "error", message: "stumbled" } as const];
    const policyViolations = [violationOf("object-limit-size")];
    expect(report({ outcome: "failed", diagnostics, policyViolations }).errors).toEqual(["stumbled"]);
  });

  it("calls a policy that the preview did not come to not run, never passed", () => {
    const policyCoverage = { policies: ["object-require-label"], resources: 1 };
    expect(policy("object-limit-size", { policyCoverage })?.status).toBe("not run");
    expect(policy("object-require-label", { policyCoverage })?.status).toBe("passed");
  });

  it("calls no policy passed where the preview failed on its own, because it did not reach everything", () => {
    const diagnostics = [{ severity: "error", message: "stumbled" }] as const;
    const policyCoverage = { policies: ["object-require-label"], resources: 1 };
    const failed = { outcome: "failed", diagnostics, policyCoverage } as const;
    expect(policy("object-require-label", failed)?.status).toBe("incomplete");
    expect(policy("object-limit-size", failed)?.status).toBe("not run");
    const refused = { ...REFUSED, policyViolations: [violationOf("object-limit-size")] };
    expect(policy("object-require-label", refused)?.status).toBe("passed");
  });

  it("has the level that is configured, else the policy's own", () => {
    const config = { "object-limit-size": { enforcementLevel: "disabled" } } as const;
    expect(policy("object-limit-size", {}, config)).toMatchObject({
      enforcement: "disabled",
      status: "disabled",
    });
    expect(policy("object-require-owner", {}, config)?.enforcement).toBe("advisory");
    expect(policy("object-require-label", {}, config)?.enforcement).toBe("mandatory");
  });

  it("says which resources were repaired", () => {
    const policyRemediations = [{ policy: "object-require-label", resource: "front", urn: URN }];
    expect(policy("object-require-label", { policyRemediations })?.repaired).toEqual(["front"]);
    expect(policy("object-limit-size", { policyRemediations })?.repaired).toEqual([]);
  });
});

describe("values that a preview does not know", () => {
  const policyViolations = [unknownOf("object-limit-size", ".spec.a, .spec.b")];

  it("are listed one by one and are neither violations nor a pass", () => {
    expect(policy("object-limit-size", { policyViolations })).toMatchObject({
      status: "not checked",
      findings: [],
      unchecked: [
        { resource: "front", urn: URN, path: ".spec.a" },
        { resource: "front", urn: URN, path: ".spec.b" },
      ],
    });
  });

  it("are accepted, with the reason, where the policy's configuration lists them", () => {
    const notChecked = [{ resource: "fr*", path: ".spec.b", reason: "An ARN of our own." }];
    const config = { "object-limit-size": { notChecked }, "object-require-label": {} };
    expect(policy("object-limit-size", { policyViolations }, config)?.unchecked).toEqual([
      { resource: "front", urn: URN, path: ".spec.a" },
      { resource: "front", urn: URN, path: ".spec.b", accepted: "An ARN of our own." },
    ]);
  });

  it("are not accepted by the list of another policy", () => {
    const notChecked = [{ resource: "*", path: "*", reason: "Anything." }];
    const config = { "object-require-label": { notChecked } };
    const found = policy("object-limit-size", { policyViolations }, config);
    expect(found?.unchecked.map(({ accepted }) => accepted)).toEqual([undefined, undefined]);
  });

  it("stand beside violations of the same policy, which decide its status", () => {
    const both = [...policyViolations, violationOf("object-limit-size")];
    const found = policy("object-limit-size", { policyViolations: both });
    expect([found?.status, found?.findings.length, found?.unchecked.length]).toEqual(["violated", 1, 2]);
  });
});

describe("exceptions that hold", () => {
  const notice = violationOf("exception-require-notice", {
    enforcement: "advisory",
    message: "Service shop/front: it is excepted from object-limit-size until 2999-12-31, by shop: audit",
  });

  it("are shown apart and are no violations", () => {
    const advice = violationOf("object-require-owner", { enforcement: "advisory" });
    const { exceptions, policies } = report({ policyViolations: [notice, advice] });
    expect(exceptions).toEqual([
      {
        resource: "front",
        urn: URN,
        message: "Service shop/front: it is excepted from object-limit-size until 2999-12-31, by shop: audit",
      },
    ]);
    const violated = policies.filter(({ status }) => status === "violated");
    expect(violated.map(({ name }) => name)).toEqual(["object-require-owner"]);
  });

  it("are violations as well where the configuration lets none be", () => {
    const mandatory = { ...notice, enforcement: "mandatory" } as const;
    const { exceptions, policies } = report({ ...REFUSED, policyViolations: [mandatory] });
    expect(exceptions).toHaveLength(1);
    expect(policies.find(({ name }) => name === "exception-require-notice")).toMatchObject({
      status: "violated",
      findings: [{ resource: "front", enforcement: "mandatory" }],
    });
  });

  it("that are not known yet are values that were not checked", () => {
    const policyViolations = [unknownOf("exception-require-notice", ".metadata.annotations")];
    expect(report({ policyViolations }).exceptions).toEqual([]);
    expect(policy("exception-require-notice", { policyViolations })?.status).toBe("not checked");
  });
});
