import type { OperationResult, PolicyViolation } from "../../../local/engine/operation-result.ts";
import type { PolicyFacts } from "../../../policies/pack/facts.ts";
import { createPolicy, type Policy, type PolicyGroup } from "../../../policies/pack/policy.ts";

interface SizeConfig {
  readonly maximum: number;
}

function policy<Config extends object>(
  facts: Pick<PolicyFacts<Config>, "name" | "severity" | "parameters"> & Partial<PolicyFacts<Config>>,
  repairs = false,
): Policy {
  const validateResource = () => undefined;
  return createPolicy<Config>(
    {
      description: `Rule of ${facts.name}.`,
      controls: [{ framework: "nist", control: "CM-6" }],
      reason: `Reason of ${facts.name}.`,
      remedy: `Remedy of ${facts.name}.`,
      examples: {
        pass: [{ what: "a name", objects: [{ kind: "Service" }] }],
        fail: [{ what: "no name", container: { name: null } }],
      },
      ...facts,
    },
    repairs ? { validateResource, remediateResource: () => undefined } : { validateResource },
  );
}

/** A pack that is small enough to be understood in a test. */
export const SOME_GROUPS: readonly PolicyGroup[] = [
  {
    title: "Objects",
    folder: "objects",
    policies: [
      policy<SizeConfig>({
        name: "object-limit-size",
        severity: "critical",
        parameters: {
          maximum: { type: "integer", minimum: 1, default: 10, description: "The most that is allowed." },
        },
      }),
      policy({ name: "object-require-label", severity: "medium", parameters: {} }, true),
      policy({ name: "object-require-owner", severity: "low", enforcement: "advisory", parameters: {} }),
    ],
  },
  {
    title: "Exceptions",
    folder: "exceptions",
    policies: [
      policy({ name: "exception-require-notice", severity: "low", enforcement: "advisory", parameters: {} }),
    ],
  },
];

export const SOME_POLICIES: readonly Policy[] = SOME_GROUPS.flatMap(({ policies }) => policies);

/** The end of a preview that judged everything and found nothing. */
export const CLEAN: OperationResult = {
  outcome: "succeeded",
  changes: { created: 2, updated: 0, replaced: 0, deleted: 0, unchanged: 0 },
  diagnostics: [],
  policyViolations: [],
  policyRemediations: [],
  policyCoverage: { policies: SOME_POLICIES.map(({ name }) => name), resources: 2 },
  durationMs: 1500,
  output: "",
};

export const URN = "urn:pulumi:prod::shop::kubernetes:core/v1:Service::front";

/** What the engine says of a violation; the policy's description heads its message. */
export function violationOf(policyName: string, more: Partial<PolicyViolation> = {}): PolicyViolation {
  return {
    pack: "claude-agents",
    policy: policyName,
    enforcement: "mandatory",
    resource: "front",
    urn: URN,
    ...more,
    message: `Rule of ${policyName}.\n${more.message ?? "Service shop/front: it is too big. Make it smaller."}`,
  };
}

/** What the engine says of a policy that needs values which are not known yet. */
export function unknownOf(
  policyName: string,
  paths: string,
  more: Partial<PolicyViolation> = {},
): PolicyViolation {
  return violationOf(policyName, {
    ...more,
    enforcement: "advisory",
    message:
      `can't run policy '${policyName}' from policy pack 'claude-agents@v0.1.0' during preview: ` +
      `not known before the update: ${paths}; the update judges it before it changes anything`,
  });
}

/** What the engine says when it ends because of policies. */
export const REFUSED = {
  outcome: "failed",
  diagnostics: [{ severity: "error", message: "preview failed" }],
} as const satisfies Partial<OperationResult>;
