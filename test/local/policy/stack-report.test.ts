import path from "node:path";
import { describe, expect, it } from "vitest";
import { reportOnStack, summarizePolicies } from "../../../local/policy/stack-report.ts";
import { POLICIES } from "../../../policies/policies.ts";
import { CLEAN, unknownOf, violationOf } from "./some-policies.ts";
import { reportOn } from "./some-report.ts";

const ROOT = path.resolve(import.meta.dirname, "../../..");

describe("the report of an operation on a stack of this repository", () => {
  it.each([
    ["prod", "production"],
    ["staging", "staging"],
    ["local", "local"],
  ])("is by the configuration of the environment of %s: %s", async (stack, environment) => {
    const policyCoverage = { policies: POLICIES.map(({ name }) => name), resources: 2 };
    const report = await reportOnStack(ROOT, stack, { ...CLEAN, policyCoverage });
    expect(report).toMatchObject({
      stack,
      stackFile: `Pulumi.${stack}.yaml`,
      config: `policies/config/${environment}.json`,
    });
    expect(report.policies.map(({ name }) => name)).toEqual(POLICIES.map(({ name }) => name));
  });

  it("has what that configuration says", async () => {
    const { policies } = await reportOnStack(ROOT, "local", CLEAN);
    const level = policies.find(({ name }) => name === "listener-require-tls")?.enforcement;
    expect(level).toBe("disabled");
  });
});

describe("the policies in a few lines", () => {
  it("are counts and where to see more", () => {
    expect(summarizePolicies(reportOn())).toEqual([
      "  4 policies over 2 resources in 1.5 s: 4 passed; configuration policies/config/production.json",
      "    each of them: npm run policy -- prod",
    ]);
  });

  it("have advice, values that nobody has looked at, and exceptions that hold", () => {
    const policyViolations = [
      violationOf("object-require-owner", { enforcement: "advisory", message: "nobody owns it." }),
      unknownOf("object-limit-size", ".open, .listed"),
      violationOf("exception-require-notice", { enforcement: "advisory", message: "excepted until 2999." }),
    ];
    const notChecked = [{ resource: "front", path: ".listed", reason: "Ours." }];
    const lines = summarizePolicies(reportOn({ policyViolations }, { "object-limit-size": { notChecked } }));
    expect(lines).toEqual([
      "  4 policies over 2 resources in 1.5 s: 2 passed, 1 violated, 1 not checked; 1 exception holds; " +
        "configuration policies/config/production.json",
      "    object-require-owner: front: nobody owns it.",
      "    object-limit-size could not see .open of front",
      "  Exceptions that hold today",
      "    front: excepted until 2999.",
      "    each of them: npm run policy -- prod",
    ]);
  });
});
