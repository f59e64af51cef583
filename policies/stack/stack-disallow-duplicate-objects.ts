import { describeManifest } from "../manifests/manifest.ts";
import type { Placed } from "../manifests/stack.ts";
import { undecided, violation } from "../pack/finding.ts";
import { type StackFinding, stackPolicy } from "../pack/stack-policy.ts";
import { Identities } from "./identities.ts";

const REMEDY = "Keep one of the resources, or give the objects different names or namespaces.";

const configMap = (name: string, namespace: string) => ({
  apiVersion: "v1",
  kind: "ConfigMap",
  metadata: { name, namespace },
  data: {},
});

export const stackDisallowDuplicateObjects = stackPolicy({
  name: "stack-disallow-duplicate-objects",
  description: "No two resources of a stack write the same object of a cluster.",
  severity: "high",
  controls: [{ framework: "nist", control: "CM-6, CM-8" }],
  reason:
    "Two resources with one object undo each other's work with every update, and the removal of one deletes the object of both.",
  remedy: REMEDY,
  parameters: {},
  examples: {
    pass: [
      {
        what: "the same name in two namespaces",
        objects: [configMap("settings", "ai-agents"), configMap("settings", "monitoring")],
      },
      {
        what: "two kinds of one name",
        objects: [
          configMap("settings", "ai-agents"),
          { ...configMap("settings", "ai-agents"), kind: "Secret" },
        ],
      },
    ],
    fail: [
      {
        what: "one object twice",
        objects: [configMap("settings", "ai-agents"), configMap("settings", "ai-agents")],
      },
    ],
  },
  judge: ({ objects }) => {
    const identities = new Identities(objects.filter((placed) => !isPatch(placed)));
    return identities.all.flatMap((identity) => {
      const { placed, unknown } = identity;
      if (unknown.length === 0) return judgeKnown(placed, identities.meantBy(identity));
      const count = identities.possiblyMeantBy(identity).reduce((sum, { length }) => sum + length, 0);
      return count === 1 ? [] : unknown.map((field) => ({ placed, finding: undecided(field) }));
    });
  },
});

/** Patch resources write a part of an object that is somebody else's on purpose. */
function isPatch({ manifest, resource }: Placed): boolean {
  return resource.type.endsWith(`:${manifest.kind}Patch`);
}

/** All but the first resource of an object are told of the first. */
function judgeKnown(placed: Placed, same: readonly { readonly placed: Placed }[]): StackFinding[] {
  const first = same.slice(0, 1).filter((one) => one.placed !== placed);
  return first.map(({ placed: { resource } }) => {
    const reason = `the resource ${JSON.stringify(resource.name)} writes ${describeManifest(placed.manifest)} of this cluster too.`;
    return { placed, finding: violation(placed.manifest.root, reason, REMEDY) };
  });
}
