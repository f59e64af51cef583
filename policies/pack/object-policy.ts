import type { ResourceValidationArgs, ResourceValidationPolicy } from "@pulumi/policy";
import { contentOf, describeManifest, type Manifest, readContent } from "../manifests/manifest.ts";
import { isExcepted } from "./exceptions.ts";
import { type PolicyFacts, settingsOf } from "./facts.ts";
import { type Finding, type LocatedFinding, reportViolations, undecided } from "./finding.ts";
import { rethrowUndecided } from "./not-checked.ts";
import { createPolicy, type Policy } from "./policy.ts";
import { refusal } from "./refusal.ts";

/** A preventive policy over single Kubernetes objects: it runs before the object is created or changed. */
export interface ObjectPolicyDefinition<Config extends object> extends PolicyFacts<Config> {
  /** Kinds of objects that it looks at. Default: all. */
  readonly kinds?: readonly string[];
  /** Everything found in one object; an error thrown here refuses the resource. */
  readonly judge: (manifest: Manifest, config: Config) => Iterable<Finding>;
  /** Repairs an object in place; called where the configuration's level is `remediate`. Returns whether it changed it. */
  readonly remediate?: (manifest: Manifest, config: Config) => boolean;
}

/**
 * Makes the policy that the engine runs. Every violation of a resource is reported, not only the first.
 * Values that a preview cannot know are left to the SDK, which reports the policy as not run for that resource;
 * the update judges them before it creates anything. A judge that throws fails the preview and names the resource.
 */
export function objectPolicy<Config extends object>(definition: ObjectPolicyDefinition<Config>): Policy {
  const { kinds, judge, remediate, ...facts } = definition;
  return createPolicy(facts, {
    validateResource: (args, reportViolation) => {
      const findings = findingsOf(definition, args);
      reportViolations(findings, reportViolation);
      rethrowUndecided(findings.map(({ finding }) => finding));
    },
    ...(remediate === undefined ? {} : { remediateResource: remediationOf(definition, remediate) }),
  });
}

function findingsOf<Config extends object>(
  definition: ObjectPolicyDefinition<Config>,
  args: ResourceValidationArgs,
): LocatedFinding[] {
  try {
    const { manifests, unknown } = contentOf(args.type, args.props);
    const config = settingsOf(definition, args.getConfig<Partial<Config>>());
    return [
      ...unknown.map((field) => ({ finding: undecided(field), subject: "" })),
      ...subjectsOf(definition, manifests).flatMap((manifest) =>
        Array.from(definition.judge(manifest, config), (finding) => ({
          finding,
          subject: describeManifest(manifest),
        })),
      ),
    ];
  } catch (cause) {
    throw refusal(definition.name, args.urn, cause);
  }
}

/** The objects that the policy looks at and that are not excepted from it. */
function subjectsOf<Config extends object>(
  { name, kinds }: ObjectPolicyDefinition<Config>,
  manifests: readonly Manifest[],
): Manifest[] {
  return manifests.filter(
    (manifest) => (kinds === undefined || kinds.includes(manifest.kind)) && !isExcepted(manifest, name),
  );
}

function remediationOf<Config extends object>(
  definition: ObjectPolicyDefinition<Config>,
  remediate: NonNullable<ObjectPolicyDefinition<Config>["remediate"]>,
): NonNullable<ResourceValidationPolicy["remediateResource"]> {
  return (args) => {
    try {
      const config = settingsOf(definition, args.getConfig<Partial<Config>>());
      const subjects = subjectsOf(definition, readContent(args.type, args.props).manifests);
      const changed = subjects.map((manifest) => remediate(manifest, config));
      return changed.includes(true) ? args.props : undefined;
    } catch (cause) {
      throw refusal(definition.name, args.urn, cause);
    }
  };
}
