import type { Field } from "../manifests/field.ts";
import { type Finding, undecided, violation } from "../pack/finding.ts";
import { objectPolicy } from "../pack/object-policy.ts";
import { grantOf, ROLE_KINDS, rulesOf } from "./rights.ts";

/** The API server answers a patch, though it changes nothing, and a deletion of all, though it is a dry run, with the objects. */
const VERBS = ["get", "list", "watch", "patch", "deletecollection"];

const REMEDY = "Name the Secrets in resourceNames, or mount them into the pods that need them.";

const role = (rule: object, kind = "Role") => ({
  apiVersion: "rbac.authorization.k8s.io/v1",
  kind,
  metadata: { name: "reader", ...(kind === "Role" ? { namespace: "ai-agents" } : {}) },
  rules: [{ apiGroups: [""], ...rule }],
});

/** Reading by wildcards alone is left to `role-disallow-wildcards`. */
export const roleDisallowSecretReading = objectPolicy({
  name: "role-disallow-secret-reading",
  description: "A role that reads Secrets names which.",
  severity: "high",
  controls: [
    { framework: "cis-kubernetes", control: "5.1.2" },
    { framework: "nist", control: "AC-6, SC-28" },
    { framework: "nsa", control: "Authentication and authorization" },
  ],
  reason:
    "Whoever reads all Secrets of a namespace has its API keys, database passwords and tokens, those of later releases too.",
  remedy: REMEDY,
  parameters: {},
  examples: {
    pass: [
      {
        what: "one Secret by its name",
        objects: [role({ resources: ["secrets"], resourceNames: ["tls"], verbs: ["get"] })],
      },
      {
        what: "to write Secrets without reading them",
        objects: [role({ resources: ["secrets"], verbs: ["create", "update", "delete"] })],
      },
      {
        what: "other objects",
        objects: [role({ resources: ["configmaps"], verbs: ["get", "list", "watch"] })],
      },
    ],
    fail: [
      { what: "every Secret of a namespace", objects: [role({ resources: ["secrets"], verbs: ["get"] })] },
      {
        what: "every Secret of the cluster, by a list",
        objects: [role({ resources: ["secrets"], verbs: ["list"] }, "ClusterRole")],
      },
      { what: "every Secret, by watching", objects: [role({ resources: ["secrets"], verbs: ["watch"] })] },
      {
        what: "every Secret, by the answer to an empty patch",
        objects: [role({ resources: ["secrets"], verbs: ["patch"] })],
      },
      {
        what: "a list of names that is empty, which means all",
        objects: [role({ resources: ["secrets"], resourceNames: [], verbs: ["get"] })],
      },
    ],
  },
  kinds: ROLE_KINDS,
  judge: (manifest) => rulesOf(manifest).flatMap(judgeRule),
});

function judgeRule(rule: Field): Finding[] {
  const names = rule.at("resourceNames").items();
  if (names.length > 0 && names.every(isName)) return [];
  const grants = VERBS.map((verb) => ({
    verb,
    grant: grantOf(rule, { verb, resource: "secrets", group: "" }),
  }));
  const verbs = grants.filter(({ grant }) => grant === "named").map(({ verb }) => verb);
  const open = grants.find(({ grant }) => typeof grant === "object")?.grant;
  if (verbs.length === 0) return typeof open === "object" ? [undecided(open.unknown)] : [];
  const unknown = names.find((name) => name.unknown);
  if (unknown !== undefined) return [undecided(unknown)];
  const reason = `it grants ${verbs.join(", ")} on Secrets and does not say on which.`;
  return [violation(rule, reason, REMEDY)];
}

/** The empty name is that of a request for all. */
function isName({ text }: Field): boolean {
  return text !== undefined && text !== "";
}
