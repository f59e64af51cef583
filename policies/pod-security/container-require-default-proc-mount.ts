import type { Container } from "../manifests/pod-templates.ts";
import { containerPolicy } from "../pack/container-policy.ts";
import { type Finding, undecided, violation } from "../pack/finding.ts";
import { show } from "./security-contexts.ts";

const REMEDY = "Remove securityContext.procMount, or set it to Default.";

export const containerRequireDefaultProcMount = containerPolicy({
  name: "container-require-default-proc-mount",
  description: "Every container keeps the masked /proc of its container engine.",
  severity: "high",
  controls: [
    { framework: "pod-security", control: "baseline: /proc Mount Type" },
    { framework: "nist", control: "AC-6, SC-39" },
  ],
  // From 1.35 the baseline standard allows any mount in a user namespace; the restricted one never does.
  reason:
    "The engine hides and write-protects the parts of /proc by which a process reads and steers the kernel of the node.",
  remedy: REMEDY,
  parameters: {},
  examples: {
    pass: [
      { what: "a container that says nothing of it", container: {} },
      { what: "the default", container: { securityContext: { procMount: "Default" } } },
      { what: "a value that is null", container: { securityContext: { procMount: null } } },
    ],
    fail: [
      { what: "a mount without masks", container: { securityContext: { procMount: "Unmasked" } } },
      {
        what: "a mount without masks in a user namespace",
        pod: { hostUsers: false, containers: [{ name: "main", securityContext: { procMount: "Unmasked" } }] },
      },
      { what: "an empty value", container: { securityContext: { procMount: "" } } },
    ],
  },
  judge: judgeContainer,
});

function judgeContainer({ label, field }: Container): Finding[] {
  const procMount = field.at("securityContext", "procMount");
  if (procMount.unknown) return [undecided(procMount)];
  if (procMount.missing || procMount.value === "Default") return [];
  const reason = `${label} sees more of /proc than the engine shows, because procMount is ${show(procMount)}; allowed: Default or not set.`;
  return [violation(procMount, reason, REMEDY)];
}
