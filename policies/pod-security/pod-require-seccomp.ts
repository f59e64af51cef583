import type { Field } from "../manifests/field.ts";
import type { Container, PodTemplate } from "../manifests/pod-templates.ts";
import { type Finding, undecided, violation } from "../pack/finding.ts";
import { podPolicy } from "../pack/pod-policy.ts";
import { write } from "../pack/write.ts";
import { mayBeWindows, unlessWindows } from "./operating-system.ts";
import { show } from "./security-contexts.ts";

const TYPES = ["RuntimeDefault", "Localhost"];
const REMEDY =
  "Set securityContext.seccompProfile.type: RuntimeDefault in the pod, or Localhost with a profile of your own.";

export const podRequireSeccomp = podPolicy({
  name: "pod-require-seccomp",
  description: "Every container runs under a seccomp profile, its own or the pod's.",
  severity: "high",
  controls: [
    { framework: "pod-security", control: "baseline: Seccomp" },
    { framework: "pod-security", control: "restricted: Seccomp" },
    { framework: "cis-kubernetes", control: "5.7.2" },
    { framework: "nsa", control: "Kubernetes Pod security: Hardening container environments" },
    { framework: "nist", control: "AC-6, CM-7" },
  ],
  reason:
    "Without a profile a process may make every system call, and most escapes need one that the engine's profile forbids.",
  remedy: REMEDY,
  parameters: {},
  examples: {
    pass: [
      { what: "the pod's profile, which containers inherit", container: {} },
      {
        what: "a container with a profile of its own",
        container: {
          securityContext: { seccompProfile: { type: "Localhost", localhostProfile: "agent.json" } },
        },
      },
      {
        what: "a pod for Windows, where the API refuses profiles",
        pod: { os: { name: "windows" }, securityContext: { seccompProfile: null } },
      },
    ],
    fail: [
      { what: "no profile at all", pod: { securityContext: { seccompProfile: null } } },
      { what: "a pod without security context", pod: { securityContext: null } },
      {
        what: "no profile for the pod",
        pod: { securityContext: { seccompProfile: { type: "Unconfined" } } },
      },
      {
        what: "a container that leaves the pod's profile",
        container: { securityContext: { seccompProfile: { type: "Unconfined" } } },
      },
      { what: "a profile without type", container: { securityContext: { seccompProfile: {} } } },
    ],
  },
  judge: (pod) => unlessWindows(pod.spec, [...judgeStated(pod), ...withoutProfile(pod).map(judgeMissing)]),
  remediate: (pod) =>
    !mayBeWindows(pod.spec) &&
    withoutProfile(pod).length > 0 &&
    write(pod.spec, ["securityContext", "seccompProfile"], { type: "RuntimeDefault" }),
});

function profileOf(owner: Field): Field {
  return owner.at("securityContext", "seccompProfile");
}

/** The containers for which neither they themselves nor the pod state a profile. */
function withoutProfile({ spec, containers }: PodTemplate): readonly Container[] {
  return profileOf(spec).missing ? containers.filter(({ field }) => profileOf(field).missing) : [];
}

function judgeMissing({ label, field }: Container): Finding {
  const reason = `${label} may make every system call, because neither it nor its pod states a seccomp profile.`;
  return violation(profileOf(field), reason, REMEDY);
}

/** A profile that takes seccomp away is refused wherever it stands, even where every container states another. */
function judgeStated({ spec, containers }: PodTemplate): Finding[] {
  return [{ label: "the pod", field: spec }, ...containers].flatMap(({ label, field }) => {
    const profile = profileOf(field);
    const type = profile.at("type");
    if (type.unknown) return [undecided(type)];
    if (profile.missing || TYPES.includes(String(type.text))) return [];
    const reason = `the type of the seccomp profile of ${label} is ${show(type)}; allowed: ${TYPES.join(", ")}.`;
    return [violation(type, reason, REMEDY)];
  });
}
