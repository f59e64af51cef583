import { z } from "zod";
import type { PolicyCoverage, PolicyRemediation } from "./operation-result.ts";
import { nameInUrn } from "./urn.ts";

/** Events about policies that the SDK's type of an event does not know yet. */
const summarySchema = z.looseObject({
  resourceUrn: z.string().optional(),
  passed: z.array(z.string()).nullish(),
  failed: z.array(z.string()).nullish(),
});
const eventSchema = z.looseObject({
  policyAnalyzeSummaryEvent: summarySchema.optional(),
  policyAnalyzeStackSummaryEvent: summarySchema.optional(),
  policyRemediationEvent: z.looseObject({ policyName: z.string(), resourceUrn: z.string() }).optional(),
});

const STACK_TYPE = "::pulumi:pulumi:Stack::";

export interface PolicyTally {
  add(event: object): void;
  /** Forgets everything: a new run begins. */
  reset(): void;
  readonly coverage: PolicyCoverage;
  readonly remediations: readonly PolicyRemediation[];
}

/** Counts what policies looked at and collects what they repaired. */
export function createPolicyTally(): PolicyTally {
  const policies = new Set<string>();
  const resources = new Set<string>();
  const remediations: PolicyRemediation[] = [];
  return {
    add(event) {
      const { data } = eventSchema.safeParse(event);
      for (const summary of [data?.policyAnalyzeSummaryEvent, data?.policyAnalyzeStackSummaryEvent]) {
        for (const policy of [...(summary?.passed ?? []), ...(summary?.failed ?? [])]) policies.add(policy);
        const urn = summary?.resourceUrn;
        if (urn && !urn.includes(STACK_TYPE)) resources.add(urn);
      }
      const remediation = data?.policyRemediationEvent;
      if (remediation === undefined) return;
      const { policyName: policy, resourceUrn: urn } = remediation;
      remediations.push({ policy, resource: nameInUrn(urn), urn });
    },
    reset() {
      policies.clear();
      resources.clear();
      remediations.length = 0;
    },
    get coverage() {
      return { policies: [...policies].sort(), resources: resources.size };
    },
    remediations,
  };
}
