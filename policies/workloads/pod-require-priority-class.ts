import type { PodTemplate } from "../manifests/pod-templates.ts";
import { type Finding, undecided, violation } from "../pack/finding.ts";
import { podPolicy } from "../pack/pod-policy.ts";
import { unlessElsewhere } from "./template-elsewhere.ts";

interface Config {
  readonly allowedSystemClasses: readonly string[];
}

const SYSTEM_PREFIX = "system-";

export const podRequirePriorityClass = podPolicy<Config>({
  name: "pod-require-priority-class",
  description: "Every pod says how important it is, and none is as important as the cluster itself.",
  severity: "medium",
  controls: [{ framework: "nist", control: "SC-5, SC-6" }],
  reason:
    "Where a cluster is full, pods without a class are the first to go, whatever depends on them. A pod in a class of the system puts " +
    "DNS and the network of its node out to make room for itself.",
  remedy: "Set priorityClassName to a class of your own, such as claude-agents-serving.",
  parameters: {
    allowedSystemClasses: {
      type: "array",
      items: { type: "string", minLength: 1 },
      default: [],
      description:
        "Classes of Kubernetes itself that may be used, of system-cluster-critical and system-node-critical.",
    },
  },
  examples: {
    pass: [{ what: "a class of the platform", pod: { priorityClassName: "claude-agents-serving" } }],
    fail: [
      { what: "no class", pod: { priorityClassName: null } },
      { what: "an empty name, which means none", pod: { priorityClassName: "" } },
      { what: "a class of the cluster", pod: { priorityClassName: "system-cluster-critical" } },
      { what: "a class of the node", pod: { priorityClassName: "system-node-critical" } },
    ],
  },
  judge: (pod, config) => unlessElsewhere(pod, judgePod(pod, config)),
});

function judgePod({ spec }: PodTemplate, { allowedSystemClasses }: Config): Finding[] {
  const field = spec.at("priorityClassName");
  if (field.unknown) return [undecided(field)];
  const name = field.text ?? "";
  if (name === "") {
    const got =
      field.missing || field.value === "" ? "no priority class" : "a priority class that is no text";
    return [violation(field, `the pod has ${got}.`, "Set priorityClassName to a class of your own.")];
  }
  if (!name.startsWith(SYSTEM_PREFIX) || allowedSystemClasses.includes(name)) return [];
  const reason = `the pod has the class ${JSON.stringify(name)}, which is for what keeps the cluster running; allowed of those: ${allowedSystemClasses.join(", ") || "none"}.`;
  return [violation(field, reason, "Set priorityClassName to a class of your own.")];
}
