import { type Finding, undecided, violation } from "../pack/finding.ts";
import { objectPolicy } from "../pack/object-policy.ts";
import { BINDING_KINDS, type Subject, subjectsOf } from "./subjects.ts";

const REMEDY = "Make a ServiceAccount for the workload, name it in the pod, and bind the role to it.";

/** All accounts of the cluster or of a namespace, and so the default ones among them. */
const ACCOUNTS_GROUP = /^system:serviceaccounts(?::|$)/;
/** The name under which an account is known to the API server. */
const DEFAULT_USER = /^system:serviceaccount:[^:]*:default$/;

const GROUP = "rbac.authorization.k8s.io";
const binding = (subject: object) => ({
  apiVersion: `${GROUP}/v1`,
  kind: "RoleBinding",
  metadata: { name: "reader", namespace: "ai-agents" },
  roleRef: { apiGroup: GROUP, kind: "Role", name: "reader" },
  subjects: [subject],
});

export const bindingDisallowDefaultAccount = objectPolicy({
  name: "binding-disallow-default-account",
  description: "No role is bound to the default ServiceAccount of a namespace.",
  severity: "high",
  controls: [
    { framework: "cis-kubernetes", control: "5.1.5" },
    { framework: "nist", control: "AC-6" },
    { framework: "nsa", control: "Authentication and authorization" },
  ],
  reason: "Every pod that names no account runs as the default one, and so would get the role unasked.",
  remedy: REMEDY,
  parameters: {},
  examples: {
    pass: [
      { what: "an account of one's own", objects: [binding({ kind: "ServiceAccount", name: "reader" })] },
    ],
    fail: [
      { what: "the default account", objects: [binding({ kind: "ServiceAccount", name: "default" })] },
      {
        what: "the default account as a user",
        objects: [
          binding({ apiGroup: GROUP, kind: "User", name: "system:serviceaccount:ai-agents:default" }),
        ],
      },
      {
        what: "all accounts of a namespace, the default one among them",
        objects: [binding({ apiGroup: GROUP, kind: "Group", name: "system:serviceaccounts:ai-agents" })],
      },
    ],
  },
  kinds: BINDING_KINDS,
  judge: (manifest) => subjectsOf(manifest).flatMap(judgeSubject),
});

function judgeSubject({ kind, field, name }: Subject): Finding[] {
  if (name === undefined) return [undecided(field)];
  if (name === "default" && kind.unknown) return [undecided(kind)];
  const isDefault = name === "default" && kind.value !== "User" && kind.value !== "Group";
  if (!isDefault && !ACCOUNTS_GROUP.test(name) && !DEFAULT_USER.test(name)) return [];
  const reason = `it gives the role to ${JSON.stringify(name)}, and so to pods that name no account.`;
  return [violation(field, reason, REMEDY)];
}
