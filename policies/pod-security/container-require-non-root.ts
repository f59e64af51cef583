import type { Field } from "../manifests/field.ts";
import type { PodTemplate } from "../manifests/pod-templates.ts";
import { type Finding, undecided, violation } from "../pack/finding.ts";
import { podPolicy } from "../pack/pod-policy.ts";
import { show } from "./security-contexts.ts";

const REMEDY = "Set securityContext.runAsNonRoot: true in the pod, and let no container take it back.";

export const containerRequireNonRoot = podPolicy({
  name: "container-require-non-root",
  description: "The kubelet starts no container as root.",
  severity: "high",
  controls: [
    { framework: "pod-security", control: "restricted: Running as Non-root" },
    { framework: "cis-kubernetes", control: "5.2.7" },
    {
      framework: "nsa",
      control: "Kubernetes Pod security: “Non-root” containers and “rootless” container engines",
    },
    { framework: "nist", control: "AC-6" },
  ],
  reason:
    "An escape from a root process owns the node and everything on it, and without runAsNonRoot the image alone decides who it runs as.",
  remedy: REMEDY,
  parameters: {},
  examples: {
    pass: [
      { what: "the pod's value, which containers inherit", container: {} },
      { what: "a container's null, which inherits", container: { securityContext: { runAsNonRoot: null } } },
      {
        what: "containers that each state it, in a pod that does not",
        pod: {
          securityContext: null,
          containers: [{ name: "main", securityContext: { runAsNonRoot: true } }],
        },
      },
    ],
    fail: [
      { what: "a pod without security context", pod: { securityContext: null } },
      { what: "an empty security context", pod: { securityContext: { runAsNonRoot: null } } },
      { what: "a container that takes it back", container: { securityContext: { runAsNonRoot: false } } },
      {
        what: "a pod that denies it, whatever its containers state",
        pod: {
          securityContext: { runAsNonRoot: false },
          containers: [{ name: "main", securityContext: { runAsNonRoot: true } }],
        },
      },
    ],
  },
  judge: judgePod,
});

function judgePod({ spec, containers }: PodTemplate): Finding[] {
  const inherited = spec.at("securityContext", "runAsNonRoot");
  return [
    ...(inherited.missing ? [] : judgeValue("the pod", inherited)),
    ...containers.flatMap(({ label, field }) => {
      const own = field.at("securityContext", "runAsNonRoot");
      // What is inherited was judged above, once for all who inherit it.
      return own.missing && !inherited.missing ? [] : judgeValue(label, own);
    }),
  ];
}

function judgeValue(label: string, field: Field): Finding[] {
  if (field.unknown) return [undecided(field)];
  if (field.value === true) return [];
  const reason = `${label} may run as root, because runAsNonRoot is ${show(field)} for it; allowed: true.`;
  return [violation(field, reason, REMEDY)];
}
