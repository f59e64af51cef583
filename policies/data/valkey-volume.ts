import type { Field } from "../manifests/field.ts";
import type { Manifest } from "../manifests/manifest.ts";
import { type Container, containersOf } from "../manifests/pod-templates.ts";
import { type Finding, undecided, violation } from "../pack/finding.ts";
import { isServer } from "./valkey-server.ts";

const REMEDY = "Mount a claim from the volumeClaimTemplates of a StatefulSet as the server's folder.";

/** What runs once has a server for its own use only. */
const ENDING_KINDS: readonly string[] = ["Job", "CronJob", "ScaledJob"];

/** Every server of Valkey or Redis mounts a volume that outlives its pod. */
export function judgeVolumes(manifest: Manifest): Finding[] {
  if (ENDING_KINDS.includes(manifest.kind)) return [];
  return containersOf(manifest, ["containers"])
    .filter(isServer)
    .flatMap((container) => judgeServer(manifest, container));
}

function judgeServer(manifest: Manifest, { field, pod }: Container): Finding[] {
  const mounts = field
    .at("volumeMounts")
    .items()
    .map((mount) => mount.at("name"));
  const templates =
    manifest.kind === "StatefulSet" ? manifest.root.at("spec", "volumeClaimTemplates").items() : [];
  const volumes = pod
    .at("volumes")
    .items()
    .filter((volume) => volume.unknown || isClaim(volume));
  const claims = [
    ...templates.map((template) => template.at("metadata", "name")),
    ...volumes.map((volume) => volume.at("name")),
  ];
  if (mounts.some(({ text }) => text !== undefined && claims.some((claim) => claim.text === text))) return [];
  const unknown = [...mounts, ...claims].filter((name) => name.unknown);
  if (unknown.length > 0 && mounts.length > 0 && claims.length > 0) return unknown.map(undecided);
  return [
    violation(field, "it mounts no volume that outlives the pod, so that the data is lost with it.", REMEDY),
  ];
}

function isClaim(volume: Field): boolean {
  return ["persistentVolumeClaim", "ephemeral"].some((source) => !volume.at(source).missing);
}
