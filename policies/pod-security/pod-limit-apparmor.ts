import type { Field } from "../manifests/field.ts";
import type { PodTemplate } from "../manifests/pod-templates.ts";
import { type Finding, undecided, violation } from "../pack/finding.ts";
import { podPolicy } from "../pack/pod-policy.ts";
import { type SecurityContext, securityContextsOf, show } from "./security-contexts.ts";

/** Before Kubernetes 1.30 profiles stood in annotations, and the API server still turns those into fields. */
const ANNOTATION = "container.apparmor.security.beta.kubernetes.io/";
const TYPES = ["RuntimeDefault", "Localhost"];
const REMEDY = "Remove it, or set the type RuntimeDefault, or Localhost with a profile of your own.";

export const podLimitApparmor = podPolicy({
  name: "pod-limit-apparmor",
  description: "No pod takes off the AppArmor profile that its container engine applies.",
  severity: "high",
  controls: [
    { framework: "pod-security", control: "baseline: AppArmor" },
    { framework: "cis-kubernetes", control: "5.7.3" },
    { framework: "nsa", control: "Kubernetes Pod security: Hardening container environments" },
    { framework: "nist", control: "AC-3, AC-6" },
  ],
  reason:
    "AppArmor keeps a process from mounting, from writing to the kernel's files and from tracing others, even where it has become root.",
  remedy: REMEDY,
  parameters: {},
  examples: {
    pass: [
      { what: "no profile, which means the engine's own", container: {} },
      {
        what: "the engine's profile",
        container: { securityContext: { appArmorProfile: { type: "RuntimeDefault" } } },
      },
      {
        what: "a profile of one's own",
        pod: { securityContext: { appArmorProfile: { type: "Localhost", localhostProfile: "agent" } } },
      },
    ],
    fail: [
      {
        what: "a container without profile",
        container: { securityContext: { appArmorProfile: { type: "Unconfined" } } },
      },
      {
        what: "a pod without profile",
        pod: { securityContext: { appArmorProfile: { type: "Unconfined" } } },
      },
      { what: "a profile without type", pod: { securityContext: { appArmorProfile: {} } } },
      {
        what: "a container without profile, by the annotation of old",
        objects: [
          {
            apiVersion: "v1",
            kind: "Pod",
            metadata: { name: "agent", annotations: { [`${ANNOTATION}main`]: "unconfined" } },
            spec: { containers: [{ name: "main" }] },
          },
        ],
      },
    ],
  },
  judge: (pod) => [...securityContextsOf(pod).flatMap(judgeContext), ...judgeAnnotations(pod)],
});

function judgeContext({ label, field }: SecurityContext): Finding[] {
  const profile = field.at("appArmorProfile");
  const type = profile.at("type");
  if (type.unknown) return [undecided(type)];
  if (profile.missing || TYPES.includes(String(type.text))) return [];
  const reason = `the type of the AppArmor profile of ${label} is ${show(type)}; allowed: ${TYPES.join(", ")}.`;
  return [violation(type, reason, REMEDY)];
}

function judgeAnnotations({ metadata }: PodTemplate): Finding[] {
  const annotations = metadata.at("annotations");
  if (annotations.unknown) return [undecided(annotations)];
  return annotations
    .entries()
    .filter(([name]) => name.startsWith(ANNOTATION))
    .flatMap(([, field]) => judgeAnnotation(field));
}

function judgeAnnotation(field: Field): Finding[] {
  if (field.unknown) return [undecided(field)];
  const isHarmless = field.missing || ["", "runtime/default"].includes(String(field.text));
  if (isHarmless || field.text?.startsWith("localhost/")) return [];
  const reason = `the annotation takes the AppArmor profile ${show(field)}; allowed: "runtime/default", "localhost/<profile>".`;
  return [violation(field, reason, REMEDY)];
}
