import { z } from "zod";

/** One resource of a program, as the engine plans it. */
export interface PlannedResource {
  readonly urn: string;
  /** Token such as `kubernetes:apps/v1:Deployment` or `claude-agents:region:Region`. */
  readonly type: string;
  readonly name: string;
  /** URN of the component that it belongs to. Absent for the stack's own children. */
  readonly parent?: string;
  /** URNs of what has to be there before it. */
  readonly dependencies: readonly string[];
}

const goalSchema = z.looseObject({
  type: z.string(),
  name: z.string(),
  parent: z.string().optional(),
  dependencies: z.array(z.string()).nullish(),
});

const planSchema = z.looseObject({
  resourcePlans: z.record(z.string(), z.looseObject({ goal: goalSchema.nullish() })),
});

const STACK_TYPE = "pulumi:pulumi:Stack";

/**
 * Reads the plan that a preview has saved: every resource but the stack itself, sorted by URN.
 *
 * @throws ZodError when the file is no plan
 */
export function readPlannedResources(plan: unknown): PlannedResource[] {
  const { resourcePlans } = planSchema.parse(plan);
  const resources = Object.entries(resourcePlans).flatMap(([urn, { goal }]): PlannedResource[] => {
    if (goal === undefined || goal === null || goal.type === STACK_TYPE) return [];
    const { type, name, parent, dependencies } = goal;
    const isNested = parent !== undefined && parent !== "" && !parent.includes(`::${STACK_TYPE}::`);
    return [{ urn, type, name, dependencies: dependencies ?? [], ...(isNested ? { parent } : {}) }];
  });
  return resources.sort((a, b) => (a.urn < b.urn ? -1 : 1));
}
