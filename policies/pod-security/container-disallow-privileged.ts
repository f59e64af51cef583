import type { Container } from "../manifests/pod-templates.ts";
import { containerPolicy } from "../pack/container-policy.ts";
import { type Finding, undecided, violation } from "../pack/finding.ts";
import { show } from "./security-contexts.ts";

const REMEDY = "Remove securityContext.privileged, or set it to false.";

export const containerDisallowPrivileged = containerPolicy({
  name: "container-disallow-privileged",
  description: "No container is privileged.",
  severity: "critical",
  controls: [
    { framework: "pod-security", control: "baseline: Privileged Containers" },
    { framework: "cis-kubernetes", control: "5.2.2" },
    { framework: "nsa", control: "Kubernetes Pod security: Pod security enforcement" },
    { framework: "nist", control: "AC-6, SC-39" },
  ],
  reason:
    "A privileged container has every capability and every device of the node, and none of seccomp, AppArmor and SELinux.",
  remedy: REMEDY,
  parameters: {},
  examples: {
    pass: [
      { what: "a container that says nothing of it", container: {} },
      { what: "a value that is false", container: { securityContext: { privileged: false } } },
      { what: "a value that is null", container: { securityContext: { privileged: null } } },
    ],
    fail: [
      { what: "a privileged container", container: { securityContext: { privileged: true } } },
      { what: "a text in place of the value", container: { securityContext: { privileged: "false" } } },
    ],
  },
  judge: judgeContainer,
});

function judgeContainer({ label, field }: Container): Finding[] {
  const privileged = field.at("securityContext", "privileged");
  if (privileged.unknown) return [undecided(privileged)];
  if (privileged.missing || privileged.value === false) return [];
  const reason = `${label} has every capability and every device of the node, because privileged is ${show(privileged)}; allowed: false or not set.`;
  return [violation(privileged, reason, REMEDY)];
}
