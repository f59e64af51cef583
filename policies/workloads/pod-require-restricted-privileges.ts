import type { Field } from "../manifests/field.ts";
import type { Container } from "../manifests/pod-templates.ts";
import { containerPolicy } from "../pack/container-policy.ts";
import { type Finding, undecided, violation } from "../pack/finding.ts";

interface Config {
  /** Capabilities that may be added back after all are dropped. */
  readonly addableCapabilities: readonly string[];
}

type Check = (container: Container, config: Config) => Finding[];

const CHECKS: readonly Check[] = [
  judgeNonRoot,
  judgeUser,
  judgeDroppedCapabilities,
  judgeAddedCapabilities,
  judgePrivileged,
  judgeEscalation,
];

export const podRequireRestrictedPrivileges = containerPolicy<Config>({
  name: "pod-require-restricted-privileges",
  description: "Every container runs as non-root without capabilities and cannot gain any.",
  severity: "critical",
  controls: [{ framework: "pod-security", control: "restricted" }],
  reason: "An escape from a root process, or from one with capabilities, owns the node and everything on it.",
  remedy: "Use the security context that the message spells out; ports below 1024 are mapped by a Service.",
  parameters: {
    addableCapabilities: {
      type: "array",
      items: { type: "string" },
      default: ["NET_BIND_SERVICE"],
      description:
        "Capabilities that a container may add back; Pod Security's restricted level allows only the default.",
    },
  },
  examples: { pass: [], fail: [] },
  judge: (container, config) => CHECKS.flatMap((check) => check(container, config)),
});

/** A container's own value, or else the pod's; null counts as not set. */
function inherited({ field, pod }: Container, setting: "runAsNonRoot" | "runAsUser"): Field {
  const own = field.at("securityContext", setting);
  return own.missing ? pod.at("securityContext", setting) : own;
}

function judgeNonRoot(container: Container): Finding[] {
  const setting = inherited(container, "runAsNonRoot");
  if (setting.unknown) return [undecided(setting)];
  if (setting.value === true) return [];
  const reason = `${container.label} may run as root, because runAsNonRoot is ${show(setting)} for it: an escape from a root process owns the node.`;
  return [violation(setting, reason, "Set securityContext.runAsNonRoot: true in the pod or the container.")];
}

function judgeUser(container: Container): Finding[] {
  const user = inherited(container, "runAsUser");
  if (user.unknown) return [undecided(user)];
  if (user.missing || Number(user.value) !== 0) return [];
  const reason = `${container.label} runs as user 0, which is root.`;
  return [
    violation(user, reason, "Set runAsUser to the number of a user above 0, or leave it to the image."),
  ];
}

function judgeDroppedCapabilities({ label, field }: Container): Finding[] {
  const drop = field.at("securityContext", "capabilities", "drop");
  const dropped = drop.items();
  if (dropped.some((capability) => capability.value === "ALL")) return [];
  const unknown = dropped.find((capability) => capability.unknown);
  if (unknown) return [undecided(unknown)];
  const miscased = dropped.find((capability) => capability.text?.toUpperCase() === "ALL");
  const reason =
    miscased === undefined
      ? `${label} keeps capabilities of the container engine's default set.`
      : `${label} drops ${show(miscased)}, and Pod Security knows only the spelling "ALL".`;
  const remedy =
    'Set securityContext.capabilities.drop: ["ALL"] in the container; a pod cannot set it for its containers.';
  return [violation(drop, reason, remedy)];
}

function judgeAddedCapabilities({ label, field }: Container, { addableCapabilities }: Config): Finding[] {
  const added = field.at("securityContext", "capabilities", "add").items();
  return added.flatMap((capability) => {
    if (capability.unknown) return [undecided(capability)];
    if (addableCapabilities.includes(String(capability.value))) return [];
    const allowed = addableCapabilities.join(", ") || "none";
    const reason = `${label} adds the capability ${show(capability)} after dropping; allowed: ${allowed}.`;
    return [violation(capability, reason, "Remove it, or list ports above 1023 and let a Service map them.")];
  });
}

function judgePrivileged({ label, field }: Container): Finding[] {
  const privileged = field.at("securityContext", "privileged");
  if (privileged.unknown) return [undecided(privileged)];
  if (privileged.missing || privileged.value === false) return [];
  const reason = `${label} is privileged: it has every capability and every device of the node.`;
  return [violation(privileged, reason, "Remove securityContext.privileged.")];
}

function judgeEscalation({ label, field }: Container): Finding[] {
  const escalation = field.at("securityContext", "allowPrivilegeEscalation");
  if (escalation.unknown) return [undecided(escalation)];
  if (escalation.value === false) return [];
  const reason = `${label} can gain privileges by setuid programs, because allowPrivilegeEscalation is ${show(escalation)}, and not set means true.`;
  return [
    violation(escalation, reason, "Set securityContext.allowPrivilegeEscalation: false in the container."),
  ];
}

function show(setting: Field): string {
  return setting.missing ? "not set" : JSON.stringify(setting.value);
}
