import type { Field } from "../manifests/field.ts";
import { type Finding, undecided, violation } from "../pack/finding.ts";
import { podPolicy } from "../pack/pod-policy.ts";

interface Config {
  readonly allowedTypes: readonly string[];
}

const ALLOWED_TYPES = [
  "configMap",
  "csi",
  "downwardAPI",
  "emptyDir",
  "ephemeral",
  "image",
  "persistentVolumeClaim",
  "projected",
  "secret",
];

/** What is no type, and the type that `pod-disallow-host-path` refuses with a message of its own. */
const NOT_JUDGED = ["name", "hostPath"];

export const podLimitVolumeTypes = podPolicy<Config>({
  name: "pod-limit-volume-types",
  description: "A pod mounts only volumes of the types that the restricted standard knows.",
  severity: "medium",
  controls: [
    { framework: "pod-security", control: "restricted: Volume Types" },
    { framework: "nist", control: "CM-7" },
  ],
  reason:
    "The other types reach storage of the network or the cloud past claims, quotas and storage classes, some with credentials of the node or programs that run on it as root.",
  remedy:
    "Put a persistentVolumeClaim before the storage; an administrator decides in the storage class what lies behind.",
  parameters: {
    allowedTypes: {
      type: "array",
      items: { type: "string" },
      default: ALLOWED_TYPES,
      description:
        "Types of volumes that a pod may mount, as their keys are spelled; Pod Security allows only the default.",
    },
  },
  examples: {
    pass: [
      ...ALLOWED_TYPES.slice(0, 5).map((type) => ({
        what: `a volume of the type ${type}`,
        pod: { volumes: [{ name: "data", [type]: {} }] },
      })),
      {
        what: "a volume without type, which is an emptyDir",
        pod: { volumes: [{ name: "work", nfs: null }] },
      },
    ],
    fail: [
      {
        what: "a folder of a file server",
        pod: { volumes: [{ name: "models", nfs: { server: "files.example.com", path: "/models" } }] },
      },
      {
        what: "a disk of the cloud",
        pod: { volumes: [{ name: "data", awsElasticBlockStore: { volumeID: "vol-0123456789abcdef0" } }] },
      },
      {
        what: "a repository, which git fetches as root",
        pod: { volumes: [{ name: "code", gitRepo: { repository: "https://git.example.com/code.git" } }] },
      },
      { what: "a type that nobody knows", pod: { volumes: [{ name: "data", tape: {} }] } },
    ],
  },
  judge: ({ spec }, config) =>
    spec
      .at("volumes")
      .items()
      .flatMap((volume) => judgeVolume(volume, config)),
});

function judgeVolume(volume: Field, { allowedTypes }: Config): Finding[] {
  const sources = volume
    .entries()
    .filter(([type]) => !NOT_JUDGED.includes(type) && !allowedTypes.includes(type));
  return sources.flatMap(([type, source]) => {
    if (source.unknown) return [undecided(source)];
    if (source.missing) return [];
    const name = JSON.stringify(volume.at("name").text ?? "(unnamed)");
    const reason = `the volume ${name} is of the type ${JSON.stringify(type)}; allowed: ${allowedTypes.join(", ")}.`;
    return [
      violation(source, reason, "Use a persistentVolumeClaim, whose storage class decides what lies behind."),
    ];
  });
}
