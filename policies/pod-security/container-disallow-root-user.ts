import { type Finding, undecided, violation } from "../pack/finding.ts";
import { podPolicy } from "../pack/pod-policy.ts";
import { type SecurityContext, securityContextsOf, show } from "./security-contexts.ts";

const REMEDY = "Set runAsUser to the number of a user above 0, or leave it to the image.";

export const containerDisallowRootUser = podPolicy({
  name: "container-disallow-root-user",
  description: "Nothing in a pod is told to run as user 0.",
  severity: "high",
  controls: [
    { framework: "pod-security", control: "restricted: Running as Non-root user" },
    { framework: "cis-kubernetes", control: "5.2.7" },
    {
      framework: "nsa",
      control: "Kubernetes Pod security: “Non-root” containers and “rootless” container engines",
    },
    { framework: "nist", control: "AC-6" },
  ],
  reason:
    "User 0 is root: where runAsNonRoot holds the container never starts, and where it does not, an escape owns the node.",
  remedy: REMEDY,
  parameters: {},
  examples: {
    pass: [
      { what: "a user left to the image", container: {} },
      { what: "a user above 0", container: { securityContext: { runAsUser: 1000 } } },
      { what: "a user that is null", pod: { securityContext: { runAsUser: null } } },
    ],
    fail: [
      { what: "a container of root", container: { securityContext: { runAsUser: 0 } } },
      { what: "a pod of root", pod: { securityContext: { runAsUser: 0 } } },
      {
        what: "a pod of root whose containers name another user",
        pod: {
          securityContext: { runAsUser: 0 },
          containers: [{ name: "main", securityContext: { runAsUser: 1000 } }],
        },
      },
      { what: "a text in place of the number", container: { securityContext: { runAsUser: "1000" } } },
    ],
  },
  judge: (pod) => securityContextsOf(pod).flatMap(judgeContext),
});

function judgeContext({ label, field }: SecurityContext): Finding[] {
  const user = field.at("runAsUser");
  if (user.unknown) return [undecided(user)];
  if (user.missing || (typeof user.value === "number" && user.value > 0)) return [];
  const reason = `${label} runs as user ${show(user)}; allowed: a number above 0 (0 is root), or not set.`;
  return [violation(user, reason, REMEDY)];
}
