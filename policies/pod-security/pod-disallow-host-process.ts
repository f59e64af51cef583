import { type Finding, undecided, violation } from "../pack/finding.ts";
import { podPolicy } from "../pack/pod-policy.ts";
import { type SecurityContext, securityContextsOf, show } from "./security-contexts.ts";

const REMEDY = "Remove securityContext.windowsOptions.hostProcess, or set it to false.";

export const podDisallowHostProcess = podPolicy({
  name: "pod-disallow-host-process",
  description: "No pod runs its containers as processes of a Windows node.",
  severity: "critical",
  controls: [
    { framework: "pod-security", control: "baseline: HostProcess" },
    { framework: "cis-kubernetes", control: "5.2.11" },
    { framework: "nist", control: "AC-6, SC-39" },
  ],
  reason:
    "A HostProcess container runs beside the node's own services, with their rights and without isolation.",
  remedy: REMEDY,
  parameters: {},
  examples: {
    pass: [
      { what: "no options of Windows", container: {} },
      {
        what: "a container that states it is no host process",
        container: { securityContext: { windowsOptions: { hostProcess: false } } },
      },
      {
        what: "a value that is null",
        pod: { securityContext: { windowsOptions: { hostProcess: null } } },
      },
    ],
    fail: [
      {
        what: "a pod of host processes",
        pod: { hostNetwork: true, securityContext: { windowsOptions: { hostProcess: true } } },
      },
      {
        what: "a container that is a host process",
        container: { securityContext: { windowsOptions: { hostProcess: true } } },
      },
    ],
  },
  judge: (pod) => securityContextsOf(pod).flatMap(judgeContext),
});

function judgeContext({ label, field }: SecurityContext): Finding[] {
  const hostProcess = field.at("windowsOptions", "hostProcess");
  if (hostProcess.unknown) return [undecided(hostProcess)];
  if (hostProcess.missing || hostProcess.value === false) return [];
  const reason = `${label} runs as a process of the node, because hostProcess is ${show(hostProcess)}; allowed: false or not set.`;
  return [violation(hostProcess, reason, REMEDY)];
}
