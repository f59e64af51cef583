import { describe, expect, it } from "vitest";
import { createPolicyTally } from "../../../local/engine/policy-tally.ts";

const URN = "urn:pulumi:test::shop::kubernetes:core/v1:Service::front";
const STACK_URN = "urn:pulumi:test::shop::pulumi:pulumi:Stack::shop-test";

function tally(...events: object[]) {
  const tally = createPolicyTally();
  for (const event of events) tally.add(event);
  return tally;
}

describe("the tally of policies", () => {
  it("has what was judged, passed or not, each once, and the resources without the stack", () => {
    const { coverage } = tally(
      { policyAnalyzeSummaryEvent: { resourceUrn: URN, passed: ["b"], failed: ["a"] } },
      { policyAnalyzeSummaryEvent: { resourceUrn: URN, passed: ["b"] } },
      { policyAnalyzeSummaryEvent: { resourceUrn: `${URN}-2`, passed: ["b"] } },
      { policyAnalyzeSummaryEvent: { resourceUrn: STACK_URN, failed: ["c"] } },
      { policyAnalyzeStackSummaryEvent: { passed: ["d"], failed: null } },
    );
    expect(coverage).toEqual({ policies: ["a", "b", "c", "d"], resources: 2 });
  });

  it("has what was repaired", () => {
    const { remediations } = tally({ policyRemediationEvent: { policyName: "a", resourceUrn: URN } });
    expect(remediations).toEqual([{ policy: "a", resource: "front", urn: URN }]);
  });

  it("says nothing of other events", () => {
    const { coverage, remediations } = tally({ resourcePreEvent: {} }, { policyEvent: { policyName: "a" } });
    expect({ coverage, remediations }).toEqual({
      coverage: { policies: [], resources: 0 },
      remediations: [],
    });
  });

  it("begins anew with a new run", () => {
    const counted = tally(
      { policyAnalyzeSummaryEvent: { resourceUrn: URN, passed: ["b"] } },
      { policyRemediationEvent: { policyName: "a", resourceUrn: URN } },
    );
    counted.reset();
    expect(counted.coverage).toEqual({ policies: [], resources: 0 });
    expect(counted.remediations).toEqual([]);
  });
});
