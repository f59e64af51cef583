import { describe, expect, it } from "vitest";
import { POLICIES } from "../../policies/policies.ts";
import { settingsFor } from "./examples.ts";
import { judge } from "./judge.ts";
import { POD_SPEC, WORKLOAD_KINDS } from "./workloads.ts";

const cases = (kind: "pass" | "fail") =>
  POLICIES.flatMap((policy) =>
    policy.examples[kind].map((example) => ({ policy, name: policy.name, example, what: example.what })),
  );

describe("the examples in the documentation of a policy", () => {
  it.each(POLICIES)("are there for $name, of both kinds", ({ examples }) => {
    expect(examples.pass.length).toBeGreaterThan(0);
    expect(examples.fail.length).toBeGreaterThan(0);
  });

  it.each(cases("pass"))("pass $name: $what", async ({ policy, example }) => {
    for (const { place, judge: run } of settingsFor(policy, example)) {
      expect({ place, ...(await run(policy)) }).toEqual({ place, violations: [], undecided: undefined });
    }
  });

  it.each(cases("fail"))("are refused by $name: $what", async ({ policy, example }) => {
    for (const { place, judge: run } of settingsFor(policy, example)) {
      const { violations } = await run(policy);
      expect({ place, refused: violations.length > 0 }).toEqual({ place, refused: true });
    }
  });
});

describe("the pod that keeps every policy", () => {
  const single = POLICIES.filter(({ sdk }) => "validateResource" in sdk);

  it.each(WORKLOAD_KINDS)("keeps them as a $kind", async ({ build }) => {
    for (const policy of single) {
      expect({ policy: policy.name, ...(await judge(policy, build(POD_SPEC))) }).toEqual({
        policy: policy.name,
        violations: [],
        undecided: undefined,
      });
    }
  });
});
