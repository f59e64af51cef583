import type { Field } from "../manifests/field.ts";
import { type Finding, undecided, violation } from "../pack/finding.ts";
import { podPolicy } from "../pack/pod-policy.ts";
import { show } from "./security-contexts.ts";

/** What a pod can share with its node, and what it then reaches. */
const NAMESPACES = [
  { key: "hostNetwork", reach: "the node's network, its loopback services and every packet of its pods" },
  { key: "hostPID", reach: "every process of the node, its environment and its memory" },
  { key: "hostIPC", reach: "the shared memory of the node's processes" },
] as const;

const REMEDY = "Remove hostNetwork, hostPID and hostIPC; a Service makes a pod reachable.";

export const podDisallowHostNamespaces = podPolicy({
  name: "pod-disallow-host-namespaces",
  description: "No pod shares the network, the processes or the shared memory of its node.",
  severity: "critical",
  controls: [
    { framework: "pod-security", control: "baseline: Host Namespaces" },
    { framework: "cis-kubernetes", control: "5.2.3, 5.2.4, 5.2.5" },
    { framework: "nsa", control: "Kubernetes Pod security: Pod security enforcement" },
    { framework: "nist", control: "AC-6, SC-39" },
  ],
  reason:
    "A pod in the node's namespaces sees and disturbs what other pods do, and network policies do not hold for it.",
  remedy: REMEDY,
  parameters: {},
  examples: {
    pass: [
      { what: "a pod that says nothing of them", pod: {} },
      { what: "values that are false", pod: { hostNetwork: false, hostPID: false, hostIPC: false } },
      { what: "values that are null", pod: { hostNetwork: null, hostPID: null, hostIPC: null } },
    ],
    fail: [
      { what: "the node's network", pod: { hostNetwork: true } },
      { what: "the node's processes", pod: { hostPID: true } },
      { what: "the node's shared memory", pod: { hostIPC: true } },
    ],
  },
  judge: ({ spec }) => NAMESPACES.flatMap(({ key, reach }) => judgeNamespace(spec.at(key), key, reach)),
});

function judgeNamespace(field: Field, key: string, reach: string): Finding[] {
  if (field.unknown) return [undecided(field)];
  if (field.missing || field.value === false) return [];
  const reason = `the pod reaches ${reach}, because ${key} is ${show(field)}; allowed: false or not set.`;
  return [violation(field, reason, REMEDY)];
}
