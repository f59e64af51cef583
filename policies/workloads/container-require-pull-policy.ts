import type { Field } from "../manifests/field.ts";
import type { PodTemplate } from "../manifests/pod-templates.ts";
import { type Finding, undecided, violation } from "../pack/finding.ts";
import { podPolicy } from "../pack/pod-policy.ts";
import { write } from "../pack/write.ts";

interface Config {
  readonly pullPolicies: readonly string[];
}

/** Where the kubelet is told when to pull. */
interface PullPolicy {
  readonly label: string;
  readonly parent: Field;
  readonly key: "imagePullPolicy" | "pullPolicy";
}

const REPAIRED = "IfNotPresent";

export const containerRequirePullPolicy = podPolicy<Config>({
  name: "container-require-pull-policy",
  description: "Every image is pulled where a node does not have it.",
  severity: "medium",
  controls: [{ framework: "nist", control: "CM-7, SI-7" }],
  reason:
    "With Never a pod runs what somebody put on the node, past the registry and its access control, and does not start on a new " +
    "node. Left out, Kubernetes fills in IfNotPresent for a digest, whose content cannot change, and Always for latest: both are right.",
  remedy: 'Leave imagePullPolicy out, or write "IfNotPresent".',
  parameters: {
    pullPolicies: {
      type: "array",
      items: { type: "string", enum: ["Always", "IfNotPresent", "Never"] },
      minItems: 1,
      default: ["Always", REPAIRED],
      description: "Pull policies that may be written; one that is left out is always right.",
    },
  },
  examples: {
    pass: [
      { what: "left out beside a digest", container: { imagePullPolicy: null } },
      { what: "pulled at every start", container: { imagePullPolicy: "Always" } },
    ],
    fail: [
      { what: "never pulled", container: { imagePullPolicy: "Never" } },
      { what: "a spelling that Kubernetes does not know", container: { imagePullPolicy: "never" } },
      {
        what: "a volume that is never pulled",
        pod: { volumes: [{ name: "models", image: { reference: "team/models", pullPolicy: "Never" } }] },
      },
    ],
  },
  judge: (pod, config) => pullPoliciesOf(pod).flatMap((place) => judgePullPolicy(place, config)),
  remediate: (pod, config) =>
    pullPoliciesOf(pod)
      .map((place) => repair(place, config))
      .includes(true),
});

function pullPoliciesOf({ containers, spec }: PodTemplate): PullPolicy[] {
  const volumes = spec.at("volumes").items();
  return [
    ...containers.map(({ label, field }) => ({ label, parent: field, key: "imagePullPolicy" as const })),
    ...volumes.map((volume) => ({
      label: "image volume",
      parent: volume.at("image"),
      key: "pullPolicy" as const,
    })),
  ];
}

function judgePullPolicy({ label, parent, key }: PullPolicy, { pullPolicies }: Config): Finding[] {
  const field = parent.at(key);
  if (field.unknown) return [undecided(field)];
  if (field.missing || pullPolicies.includes(field.text ?? "")) return [];
  const reason = `${key} of ${label} is ${JSON.stringify(field.value)}; allowed: ${pullPolicies.join(", ")}.`;
  return [violation(field, reason, `Leave it out, or write "${REPAIRED}".`)];
}

/** Only a value that is refused is replaced: what is left out stays, and what is unknown cannot be written over. */
function repair(place: PullPolicy, config: Config): boolean {
  const isWrong = judgePullPolicy(place, config).length > 0;
  const [first = REPAIRED] = config.pullPolicies;
  return (
    isWrong && write(place.parent, [place.key], config.pullPolicies.includes(REPAIRED) ? REPAIRED : first)
  );
}
