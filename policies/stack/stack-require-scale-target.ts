import type { Field } from "../manifests/field.ts";
import { namespaceOf, type Placed } from "../manifests/stack.ts";
import { type Finding, violation } from "../pack/finding.ts";
import { type StackFinding, stackPolicy } from "../pack/stack-policy.ts";
import { AUTOSCALER_KINDS } from "../scaling/replicas.ts";
import { DEFAULT_TARGET_KIND } from "../scaling/scale-target.ts";
import { groupOf } from "./api-group.ts";
import { Identities } from "./identities.ts";
import { undecidedValues } from "./undecided-values.ts";

const REMEDY =
  "Name a workload of the same namespace and region, its apiVersion, kind and name as the stack makes it, or remove the autoscaler.";

const METADATA = { name: "agent", namespace: "ai-agents" };
const DEPLOYMENT = { apiVersion: "apps/v1", kind: "Deployment", metadata: METADATA, spec: {} };
const scaler = (name: string) => ({
  apiVersion: "autoscaling/v2",
  kind: "HorizontalPodAutoscaler",
  metadata: METADATA,
  spec: { scaleTargetRef: { apiVersion: "apps/v1", kind: "Deployment", name } },
});

export const stackRequireScaleTarget = stackPolicy({
  name: "stack-require-scale-target",
  description: "The workload that an autoscaler scales is in the stack.",
  severity: "high",
  controls: [{ framework: "nist", control: "CM-6, SC-5" }],
  reason:
    "An autoscaler whose target does not exist is accepted and does nothing: the workload meant stays as it is.",
  remedy: REMEDY,
  parameters: {},
  examples: {
    pass: [{ what: "a target of the stack", objects: [DEPLOYMENT, scaler("agent")] }],
    fail: [
      { what: "a target that nobody makes", objects: [DEPLOYMENT, scaler("agnet")] },
      {
        what: "a target without its group, in which the cluster finds no Deployment",
        objects: [
          DEPLOYMENT,
          { ...scaler("agent"), spec: { scaleTargetRef: { kind: "Deployment", name: "agent" } } },
        ],
      },
    ],
  },
  judge: (stack) => {
    const identities = new Identities(stack.objects);
    return stack.ofKind(...AUTOSCALER_KINDS).flatMap((placed) => judgeAutoscaler(placed, identities));
  },
});

/** What KEDA takes where a ScaledObject states no apiVersion; a HorizontalPodAutoscaler then looks in the core group. */
const DEFAULT_VERSIONS: Readonly<Record<string, string>> = { ScaledObject: "apps/v1" };

function judgeAutoscaler(placed: Placed, identities: Identities): StackFinding[] {
  const { root, kind: scaler } = placed.manifest;
  const target = root.at("spec", "scaleTargetRef");
  const [kind, name, apiVersion] = [target.at("kind"), target.at("name"), target.at("apiVersion")];
  const open = [kind, apiVersion].filter(({ unknown }) => unknown);
  if (open.length > 0) return undecidedValues(open.map((field) => ({ placed, field })));
  const group = groupOf(apiVersion.text ?? DEFAULT_VERSIONS[scaler] ?? "");
  const reference = {
    kind: identities.kindKey(placed, group, kind.text ?? DEFAULT_TARGET_KIND),
    namespace: namespaceOf(placed),
    // No object has an empty name.
    name: name.unknown ? undefined : (name.text ?? ""),
  };
  const meaning = identities.resolve(placed, reference, [name, root.at("metadata", "namespace")]);
  switch (meaning.type) {
    case "object":
      return [];
    case "none":
      return [{ placed, finding: refuse(target) }];
    case "open":
      return undecidedValues(meaning.unknown);
  }
}

function refuse(target: Field): Finding {
  const said = ["apiVersion", "kind", "name"].map((key) => sayOf(key, target.at(key))).join(", ");
  const reason = `it scales ${said}, and the stack makes no such object in its namespace and region.`;
  return violation(target, reason, REMEDY);
}

function sayOf(key: string, { missing, unknown, value }: Field): string {
  if (unknown) return `${key} not known yet`;
  return missing ? `no ${key}` : `${key} ${JSON.stringify(value)}`;
}
