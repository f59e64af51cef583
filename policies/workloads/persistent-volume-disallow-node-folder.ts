import type { Manifest } from "../manifests/manifest.ts";
import { type Finding, undecided, violation } from "../pack/finding.ts";
import { objectPolicy } from "../pack/object-policy.ts";

interface Config {
  readonly localFolders: readonly string[];
}

const REMEDY =
  "Let a storage class make the volume; a disk of the node itself is a local volume below a folder that the policy's parameter names.";

const volume = (source: object) => ({
  apiVersion: "v1",
  kind: "PersistentVolume",
  metadata: { name: "data" },
  spec: { accessModes: ["ReadWriteOnce"], ...source },
});

export const persistentVolumeDisallowNodeFolder = objectPolicy<Config>({
  name: "persistent-volume-disallow-node-folder",
  description: "No persistent volume is a folder of a node, but for disks that are mounted to be used so.",
  severity: "critical",
  controls: [{ framework: "nist", control: "AC-6, SC-39" }],
  reason:
    "Pods may claim any persistent volume: a claim of one that is a folder of its node is a hostPath that no check of pods sees, with " +
    "the credentials of the kubelet and the files of every other pod.",
  remedy: REMEDY,
  parameters: {
    localFolders: {
      type: "array",
      items: { type: "string", pattern: "^/[^/]" },
      default: [],
      description:
        "Folders of nodes below which disks are mounted for local volumes, such as /mnt/disks; Kubernetes takes any folder.",
    },
  },
  examples: {
    pass: [
      {
        what: "a volume of a driver",
        objects: [volume({ csi: { driver: "ebs.csi.aws.com", volumeHandle: "v" } })],
      },
    ],
    fail: [
      { what: "a folder of the node", objects: [volume({ hostPath: { path: "/var/lib/kubelet" } })] },
      { what: "the same as a local volume", objects: [volume({ local: { path: "/var/lib/kubelet" } })] },
    ],
  },
  kinds: ["PersistentVolume"],
  judge: ({ root }, config) => [...judgeHostPath({ root }), ...judgeLocal({ root }, config)],
});

function judgeHostPath({ root }: Pick<Manifest, "root">): Finding[] {
  const hostPath = root.at("spec", "hostPath");
  if (hostPath.unknown) return [undecided(hostPath)];
  if (hostPath.missing) return [];
  const path = hostPath.at("path");
  const folder = path.unknown ? "not known yet" : JSON.stringify(path.value);
  return [violation(hostPath, `it is a folder of its node, whose path is ${folder}.`, REMEDY)];
}

function judgeLocal({ root }: Pick<Manifest, "root">, { localFolders }: Config): Finding[] {
  const local = root.at("spec", "local");
  if (local.missing) return [];
  const path = local.at("path");
  if (path.unknown) return [undecided(path)];
  if (localFolders.some((folder) => isBelow(path.text ?? "", folder))) return [];
  const allowed = localFolders.join(", ") || "none";
  const reason = `it is the folder ${JSON.stringify(path.value)} of its node; allowed are folders below: ${allowed}.`;
  return [violation(path, reason, REMEDY)];
}

/** A path that goes up again may end anywhere. */
function isBelow(path: string, folder: string): boolean {
  return path.startsWith(`${folder.replace(/\/$/, "")}/`) && !path.split("/").includes("..");
}
