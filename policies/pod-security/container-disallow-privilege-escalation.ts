import type { Container } from "../manifests/pod-templates.ts";
import { containerPolicy } from "../pack/container-policy.ts";
import { type Finding, undecided, violation } from "../pack/finding.ts";
import { unlessWindows } from "./operating-system.ts";
import { show } from "./security-contexts.ts";

const REMEDY = "Set securityContext.allowPrivilegeEscalation: false in the container.";

export const containerDisallowPrivilegeEscalation = containerPolicy({
  name: "container-disallow-privilege-escalation",
  description: "No process of a container can gain more privileges than it began with.",
  severity: "high",
  controls: [
    { framework: "pod-security", control: "restricted: Privilege Escalation" },
    { framework: "cis-kubernetes", control: "5.2.6" },
    { framework: "nsa", control: "Kubernetes Pod security: Pod security enforcement" },
    { framework: "nist", control: "AC-6" },
  ],
  reason: "A setuid program in the image makes a process root again that was started as somebody else.",
  remedy: REMEDY,
  parameters: {},
  examples: {
    pass: [
      {
        what: "a container that states it",
        container: { securityContext: { allowPrivilegeEscalation: false } },
      },
      {
        what: "a pod for Windows, where the API refuses the setting",
        pod: { os: { name: "windows" }, containers: [{ name: "main" }] },
      },
    ],
    fail: [
      {
        what: "a value that is true",
        container: { securityContext: { allowPrivilegeEscalation: true } },
      },
      {
        what: "no value, which means true",
        container: { securityContext: { allowPrivilegeEscalation: null } },
      },
      { what: "no security context", container: { securityContext: null } },
    ],
  },
  judge: (container) => unlessWindows(container.pod, judgeContainer(container)),
});

function judgeContainer({ label, field }: Container): Finding[] {
  const escalation = field.at("securityContext", "allowPrivilegeEscalation");
  if (escalation.unknown) return [undecided(escalation)];
  if (escalation.value === false) return [];
  const reason = `${label} can gain privileges by setuid programs, because allowPrivilegeEscalation is ${show(escalation)}; allowed: false, and not set means true.`;
  return [violation(escalation, reason, REMEDY)];
}
