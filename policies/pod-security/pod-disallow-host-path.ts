import type { Field } from "../manifests/field.ts";
import { type Finding, undecided, violation } from "../pack/finding.ts";
import { podPolicy } from "../pack/pod-policy.ts";

const REMEDY =
  "Use an emptyDir for scratch space, a persistentVolumeClaim for data, or a configMap, secret or projected volume for files.";

export const podDisallowHostPath = podPolicy({
  name: "pod-disallow-host-path",
  description: "No pod mounts a folder of its node.",
  severity: "critical",
  controls: [
    { framework: "pod-security", control: "baseline: HostPath Volumes" },
    { framework: "cis-kubernetes", control: "5.2.12" },
    { framework: "nsa", control: "Kubernetes Pod security: Pod security enforcement" },
    { framework: "nist", control: "AC-6, SC-39" },
  ],
  reason:
    "A folder of the node holds the credentials of its kubelet, the socket of its container engine and the files of every other pod.",
  remedy: REMEDY,
  parameters: {},
  examples: {
    pass: [
      { what: "an empty folder", pod: { volumes: [{ name: "work", emptyDir: {} }] } },
      { what: "a hostPath that is null", pod: { volumes: [{ name: "work", hostPath: null, emptyDir: {} }] } },
    ],
    fail: [
      {
        what: "the socket of the container engine",
        pod: {
          volumes: [
            { name: "tmp", emptyDir: {} },
            { name: "engine", hostPath: { path: "/run/containerd/containerd.sock" } },
          ],
        },
      },
      { what: "a hostPath without path", pod: { volumes: [{ name: "node", hostPath: {} }] } },
    ],
  },
  judge: ({ spec }) => spec.at("volumes").items().flatMap(judgeVolume),
});

function judgeVolume(volume: Field): Finding[] {
  const hostPath = volume.at("hostPath");
  if (hostPath.unknown) return [undecided(hostPath)];
  if (hostPath.missing) return [];
  const name = JSON.stringify(volume.at("name").text ?? "(unnamed)");
  const path = hostPath.at("path").text ?? "(not known yet)";
  const reason = `the volume ${name} is ${JSON.stringify(path)} of the node, with what the node and other pods keep there.`;
  return [violation(hostPath, reason, REMEDY)];
}
