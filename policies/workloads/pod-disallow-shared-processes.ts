import type { PodTemplate } from "../manifests/pod-templates.ts";
import { type Finding, undecided, violation } from "../pack/finding.ts";
import { podPolicy } from "../pack/pod-policy.ts";

const REMEDY = "Remove shareProcessNamespace; let containers talk over localhost or a shared volume.";

export const podDisallowSharedProcesses = podPolicy({
  name: "pod-disallow-shared-processes",
  description: "The containers of a pod do not see each other's processes.",
  severity: "medium",
  controls: [{ framework: "nist", control: "AC-6, SC-39" }],
  reason:
    "With one process namespace every container reads the environment and the files of every other through /proc, passwords among " +
    "them, and may stop its processes. The Pod Security Standards do not forbid it.",
  remedy: REMEDY,
  parameters: {},
  examples: {
    pass: [{ what: "said to be apart", pod: { shareProcessNamespace: false } }],
    fail: [{ what: "one namespace for all", pod: { shareProcessNamespace: true } }],
  },
  judge: judgePod,
});

function judgePod({ spec }: PodTemplate): Finding[] {
  const shared = spec.at("shareProcessNamespace");
  if (shared.unknown) return [undecided(shared)];
  if (shared.missing || shared.value === false) return [];
  const reason = `shareProcessNamespace is ${JSON.stringify(shared.value)}: a break into one container is one into all.`;
  return [violation(shared, reason, REMEDY)];
}
