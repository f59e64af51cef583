import { Field } from "../manifests/field.ts";
import { type PolicyFacts, settingsOf } from "./facts.ts";
import { type Finding, type LocatedFinding, reportViolations } from "./finding.ts";
import { rethrowUndecided } from "./not-checked.ts";
import { createPolicy, type Policy } from "./policy.ts";
import { refusal } from "./refusal.ts";

/** A resource of a cloud provider, before it is created or changed. */
export interface CloudResource {
  /** Type of Pulumi, such as `aws:s3/bucket:Bucket`. */
  readonly type: string;
  /** Name of the Pulumi resource. */
  readonly name: string;
  readonly root: Field;
}

/** A preventive policy over single resources of a cloud. Annotations do not exist there: exceptions are settings. */
export interface CloudPolicyDefinition<Config extends object> extends PolicyFacts<Config> {
  /** Types of Pulumi that it looks at. */
  readonly types: readonly string[];
  readonly judge: (resource: CloudResource, config: Config) => Iterable<Finding>;
}

/** Makes the policy that the engine runs, under the same rules as for Kubernetes objects. */
export function cloudPolicy<Config extends object>(definition: CloudPolicyDefinition<Config>): Policy {
  const { types, judge, ...facts } = definition;
  return createPolicy(facts, {
    validateResource: ({ type, name, urn, props, getConfig }, reportViolation) => {
      if (!types.includes(type)) return;
      const findings: LocatedFinding[] = [];
      try {
        const config = settingsOf(definition, getConfig<Partial<Config>>());
        for (const finding of judge({ type, name, root: Field.root(props) }, config)) {
          findings.push({ finding, subject: `${type} ${name}` });
        }
      } catch (cause) {
        throw refusal(definition.name, urn, cause);
      }
      reportViolations(findings, reportViolation);
      rethrowUndecided(findings.map(({ finding }) => finding));
    },
  });
}
