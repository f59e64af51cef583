import type { Field } from "../manifests/field.ts";
import { type Finding, undecided, violation } from "../pack/finding.ts";
import { objectPolicy } from "../pack/object-policy.ts";

const REMEDY =
  "Leave persistentVolumeClaimRetentionPolicy out, or set whenDeleted and whenScaled to Retain; delete volumes by hand.";

const statefulSet = (persistentVolumeClaimRetentionPolicy: object) => ({
  apiVersion: "apps/v1",
  kind: "StatefulSet",
  metadata: { name: "valkey", namespace: "ai-agents" },
  spec: { volumeClaimTemplates: [{ metadata: { name: "data" } }], persistentVolumeClaimRetentionPolicy },
});

export const statefulSetRequireVolumeRetention = objectPolicy({
  name: "stateful-set-require-volume-retention",
  description: "The volumes of a StatefulSet outlive it, and each outlives its pod.",
  severity: "high",
  controls: [{ framework: "nist", control: "CP-9, SI-12" }],
  reason:
    "A set is deleted and made again for a change of what cannot be changed, and scaled to none for repairs. With Delete the data goes along.",
  remedy: REMEDY,
  parameters: {},
  examples: {
    pass: [
      { what: "volumes that stay", objects: [statefulSet({ whenDeleted: "Retain", whenScaled: "Retain" })] },
      { what: "the default, which is the same", objects: [statefulSet({})] },
    ],
    fail: [
      { what: "volumes that go with the set", objects: [statefulSet({ whenDeleted: "Delete" })] },
      { what: "volumes that go with a pod", objects: [statefulSet({ whenScaled: "Delete" })] },
    ],
  },
  kinds: ["StatefulSet"],
  judge: ({ root }) => {
    const spec = root.at("spec");
    if (!spec.at("volumeClaimTemplates").unknown && spec.at("volumeClaimTemplates").items().length === 0)
      return [];
    const policy = spec.at("persistentVolumeClaimRetentionPolicy");
    return ["whenDeleted", "whenScaled"].flatMap((when) => judgeRetention(policy.at(when)));
  },
});

function judgeRetention(field: Field): Finding[] {
  if (field.unknown) return [undecided(field)];
  if (field.missing || field.value === "Retain") return [];
  return [
    violation(
      field,
      `it is ${JSON.stringify(field.value)} in place of "Retain": the data goes along.`,
      REMEDY,
    ),
  ];
}
