import type { PolicyConfigSchema, ResourceValidationArgs, ResourceValidationPolicy } from "@pulumi/policy";
import { type Finding, undecided } from "./finding.ts";
import { contentOf, describeManifest, type Manifest } from "./manifest.ts";
import { rethrowUndecided } from "./undecided.ts";

/** A preventive policy over single Kubernetes objects: it runs before the object is created or changed. */
export interface ResourcePolicyDefinition<Config extends object> {
  /** Equal to the file's name: `<kind>-<verb>-<what>`. */
  readonly name: string;
  /** The rule in one sentence; it heads every message. */
  readonly description: string;
  readonly properties: PolicyConfigSchema["properties"];
  /** Values of the configuration where the policy's configuration says nothing. */
  readonly defaults: Config;
  /** Everything found in one object; an error thrown here refuses the resource. */
  readonly judge: (manifest: Manifest, config: Config) => Iterable<Finding>;
}

/**
 * Makes the policy that the SDK runs. Every violation of a resource is reported, not only the first.
 * Values that a preview cannot know are left to the SDK, which reports the policy as not run for that resource;
 * the update judges them before it creates anything. A judge that throws fails the preview and names the resource.
 */
export function resourcePolicy<Config extends object>(
  definition: ResourcePolicyDefinition<Config>,
): ResourceValidationPolicy {
  const { name, description, properties } = definition;
  return {
    name,
    description,
    enforcementLevel: "mandatory",
    configSchema: { properties },
    validateResource: (args, reportViolation) => {
      const findings = findingsOf(definition, args);
      for (const { finding, subject } of findings) {
        if (finding.type === "violation") reportViolation(messageOf(finding, subject));
      }
      rethrowUndecided(findings.map(({ finding }) => finding));
    },
  };
}

interface LocatedFinding {
  readonly finding: Finding;
  readonly subject: string;
}

function findingsOf<Config extends object>(
  definition: ResourcePolicyDefinition<Config>,
  args: ResourceValidationArgs,
): LocatedFinding[] {
  try {
    const config: Config = { ...definition.defaults, ...args.getConfig<Partial<Config>>() };
    const { manifests, unknown } = contentOf(args.type, args.props);
    return [
      ...unknown.map((field) => ({ finding: undecided(field), subject: "" })),
      ...manifests.flatMap((manifest) =>
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

/** The error of a policy that could not do its work: the resource counts as refused. */
export function refusal(policy: string, urn: string, cause: unknown): Error {
  const reason = cause instanceof Error ? cause.message : String(cause);
  return new Error(`policy ${policy} could not judge ${urn} and therefore refuses it: ${reason}`, { cause });
}

function messageOf(finding: Extract<Finding, { type: "violation" }>, subject: string): string {
  return `${subject}, at ${finding.field.path}: ${finding.reason} ${finding.remedy}`;
}
