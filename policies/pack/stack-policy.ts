import { describeManifest } from "../manifests/manifest.ts";
import { type Placed, Stack } from "../manifests/stack.ts";
import { isExcepted } from "./exceptions.ts";
import { type PolicyFacts, settingsOf } from "./facts.ts";
import { type Finding, type LocatedFinding, reportViolations, undecided } from "./finding.ts";
import { rethrowUndecidedOf } from "./not-checked.ts";
import { createPolicy, type Policy } from "./policy.ts";
import { refusal } from "./refusal.ts";

/** What a policy over a whole stack found: in one of its objects, or about the stack as such. */
export interface StackFinding {
  /** Undefined where no single object is to blame. */
  readonly placed?: Placed;
  readonly finding: Finding;
}

/**
 * A policy over all resources of a stack. It runs at the end of a preview, and of an update after everything was made:
 * what can be told from one object belongs into a policy over objects, which prevents.
 */
export interface StackPolicyDefinition<Config extends object> extends PolicyFacts<Config> {
  readonly judge: (stack: Stack, config: Config) => Iterable<StackFinding>;
}

/** Makes the policy that the engine runs, under the same rules as for single objects. */
export function stackPolicy<Config extends object>(definition: StackPolicyDefinition<Config>): Policy {
  const { judge, ...facts } = definition;
  return createPolicy(facts, {
    validateStack: ({ resources, getConfig }, reportViolation) => {
      const findings = findingsOf(definition, resources, getConfig<Partial<Config>>());
      reportViolations(findings, reportViolation);
      rethrowUndecidedOf(findings);
    },
  });
}

function findingsOf<Config extends object>(
  definition: StackPolicyDefinition<Config>,
  resources: ConstructorParameters<typeof Stack>[0],
  configured: Partial<Config>,
): LocatedFinding[] {
  try {
    const stack = new Stack(resources);
    const found = [...definition.judge(stack, settingsOf(definition, configured))];
    return [
      ...found
        .filter(({ placed }) => placed === undefined || !isExcepted(placed.manifest, definition.name))
        .map(locate),
      // No policy saw what these lists may hold, so none can say that all is well.
      ...stack.unread.map(({ resource, field }) => ({ finding: undecided(field), subject: resource.name })),
    ];
  } catch (cause) {
    throw refusal(definition.name, "the stack", cause);
  }
}

function locate({ placed, finding }: StackFinding): LocatedFinding {
  if (placed === undefined) return { finding, subject: "the stack" };
  return { finding, subject: describeManifest(placed.manifest), urn: placed.resource.urn };
}
