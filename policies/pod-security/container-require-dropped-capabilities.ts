import type { Container } from "../manifests/pod-templates.ts";
import { containerPolicy } from "../pack/container-policy.ts";
import { type Finding, undecided, violation } from "../pack/finding.ts";
import { write } from "../pack/write.ts";
import { mayBeWindows, unlessWindows } from "./operating-system.ts";
import { show } from "./security-contexts.ts";

interface Config {
  readonly addableCapabilities: readonly string[];
}

export const containerRequireDroppedCapabilities = containerPolicy<Config>({
  name: "container-require-dropped-capabilities",
  description: "Every container drops all capabilities and adds back none but harmless ones.",
  severity: "high",
  controls: [
    { framework: "pod-security", control: "baseline: Capabilities" },
    { framework: "pod-security", control: "restricted: Capabilities" },
    { framework: "cis-kubernetes", control: "5.2.8, 5.2.9, 5.2.10" },
    { framework: "nsa", control: "Kubernetes Pod security: Pod security enforcement" },
    { framework: "nist", control: "AC-6, CM-7" },
  ],
  reason:
    "The engine's default set lets a process forge packets, change owners and make device files; an escape begins with what it was left.",
  remedy:
    'Set securityContext.capabilities.drop: ["ALL"] in each container, since a pod cannot set it for them, and add nothing.',
  parameters: {
    addableCapabilities: {
      type: "array",
      items: { type: "string" },
      default: ["NET_BIND_SERVICE"],
      description:
        "Capabilities that a container may add back; Pod Security's restricted level allows only the default.",
    },
  },
  examples: {
    pass: [
      { what: "all dropped", container: { securityContext: { capabilities: { drop: ["ALL"] } } } },
      {
        what: "the one added back that binds a low port",
        container: {
          securityContext: { capabilities: { drop: ["NET_RAW", "ALL"], add: ["NET_BIND_SERVICE"] } },
        },
      },
      {
        what: "a pod for Windows, where the API refuses the setting",
        pod: { os: { name: "windows" }, containers: [{ name: "main" }] },
      },
    ],
    fail: [
      { what: "nothing said of capabilities", container: { securityContext: { capabilities: null } } },
      { what: "only one dropped", container: { securityContext: { capabilities: { drop: ["NET_RAW"] } } } },
      {
        what: "ALL in small letters, which Pod Security does not know",
        container: { securityContext: { capabilities: { drop: ["all"] } } },
      },
      {
        what: "one added back after dropping",
        container: { securityContext: { capabilities: { drop: ["ALL"], add: ["SYS_ADMIN"] } } },
      },
      {
        what: "everything added back after dropping",
        container: { securityContext: { capabilities: { drop: ["ALL"], add: ["ALL"] } } },
      },
    ],
  },
  judge: (container, config) =>
    unlessWindows(container.pod, [...judgeDropped(container), ...judgeAdded(container, config)]),
  remediate: (container) =>
    !mayBeWindows(container.pod) &&
    judgeDropped(container).some(({ type }) => type === "violation") &&
    write(container.field, ["securityContext", "capabilities", "drop"], ["ALL"]),
});

function judgeDropped({ label, field }: Container): Finding[] {
  const drop = field.at("securityContext", "capabilities", "drop");
  const dropped = drop.items();
  if (dropped.some(({ value }) => value === "ALL")) return [];
  const unknown = dropped.find((capability) => capability.unknown);
  if (unknown) return [undecided(unknown)];
  const miscased = dropped.find(({ text }) => text?.toUpperCase() === "ALL");
  const reason =
    miscased === undefined
      ? `${label} keeps capabilities of the container engine's default set.`
      : `${label} drops ${show(miscased)}, and Pod Security knows only the spelling "ALL".`;
  return [violation(drop, reason, 'Set securityContext.capabilities.drop: ["ALL"] in the container.')];
}

function judgeAdded({ label, field }: Container, { addableCapabilities }: Config): Finding[] {
  const added = field.at("securityContext", "capabilities", "add").items();
  return added.flatMap((capability) => {
    if (capability.unknown) return [undecided(capability)];
    if (addableCapabilities.some((addable) => addable === capability.value)) return [];
    const allowed = addableCapabilities.join(", ") || "none";
    const reason = `${label} adds the capability ${show(capability)}; allowed: ${allowed}.`;
    return [
      violation(capability, reason, "Remove it; for a low port, listen above 1023 and let a Service map it."),
    ];
  });
}
