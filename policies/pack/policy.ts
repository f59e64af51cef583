import type { PolicyConfigSchema, ResourceValidationPolicy, StackValidationPolicy } from "@pulumi/policy";
import type { PolicyFacts } from "./facts.ts";
import { FRAMEWORKS } from "./frameworks.ts";
import { NOT_CHECKED_PARAMETER } from "./not-checked.ts";

/** A policy of the pack: what is said about it, and what the engine runs. */
export interface Policy extends Omit<PolicyFacts, "parameters"> {
  readonly parameters: PolicyConfigSchema["properties"];
  /** Whether it can repair what it finds, where the configuration's level is `remediate`. */
  readonly remediates: boolean;
  readonly sdk: ResourceValidationPolicy | StackValidationPolicy;
}

/** Policies of one room, in the order of their names. */
export interface PolicyGroup {
  readonly title: string;
  /** Folder below `policies/` where they stand. */
  readonly folder: string;
  readonly policies: readonly Policy[];
}

type Run =
  | Pick<ResourceValidationPolicy, "validateResource" | "remediateResource">
  | Pick<StackValidationPolicy, "validateStack">;

/** Joins the facts of a policy with the function that carries it out. */
export function createPolicy<Config extends object>(facts: PolicyFacts<Config>, run: Run): Policy {
  const { name, description, severity, enforcement = "mandatory", controls, remedy } = facts;
  const parameters = facts.parameters as PolicyConfigSchema["properties"];
  const [first] = controls;
  return {
    ...facts,
    parameters,
    remediates: "remediateResource" in run && run.remediateResource !== undefined,
    sdk: {
      name,
      description,
      severity,
      enforcementLevel: enforcement,
      remediationSteps: remedy,
      tags: controls.map(({ framework, control }) => `${framework}: ${control}`),
      ...(first === undefined ? {} : { framework: frameworkOf(first) }),
      configSchema: { properties: { ...parameters, ...NOT_CHECKED_PARAMETER } },
      ...run,
    },
  };
}

function frameworkOf({ framework, control }: PolicyFacts["controls"][number]) {
  const { name, version, url } = FRAMEWORKS[framework];
  return { name, version, reference: control, specification: url };
}
