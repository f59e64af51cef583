import type { Manifest } from "../manifests/manifest.ts";
import { type Finding, undecided, violation } from "../pack/finding.ts";
import { objectPolicy } from "../pack/object-policy.ts";
import { BINDING_KINDS, type Subject, subjectsOf } from "./subjects.ts";

interface Config {
  readonly refusedRoles: readonly string[];
  readonly allowedSystemRoles: readonly string[];
}

/** Roles of the API server's own begin so. Some are parts of `admin` and `edit`, others are its controllers'. */
const SYSTEM = "system:";

/** Users and groups of the API server that stand for everybody, or for nobody in particular. */
const REFUSED_SUBJECTS: ReadonlyMap<string, string> = new Map([
  ["system:masters", "which no rule can limit, whatever it is bound to"],
  ["system:anonymous", "which is everybody, without any login"],
  ["system:unauthenticated", "which is everybody, without any login"],
  ["system:authenticated", "which is everybody with any login, every pod's too"],
]);

const ROLE_REMEDY = "Bind a role of your own that names what the subjects need; to read, bind view.";
const SUBJECT_REMEDY = "Bind the role to the ServiceAccount, user or group that needs it.";

const GROUP = "rbac.authorization.k8s.io";
const SUBJECT = { kind: "ServiceAccount", name: "deployer", namespace: "ai-agents" };
const binding = (name: string, subject: object = SUBJECT, kind = "ClusterRoleBinding") => ({
  apiVersion: `${GROUP}/v1`,
  kind,
  metadata: { name: "deployer", ...(kind === "RoleBinding" ? { namespace: "ai-agents" } : {}) },
  roleRef: { apiGroup: GROUP, kind: "ClusterRole", name },
  subjects: [subject],
});
const group = (name: string) => ({ apiGroup: GROUP, kind: "Group", name });

/**
 * `edit` is among the roles because it reads every Secret of the namespace and runs pods as any of its ServiceAccounts, and
 * `admin` because it gives `edit` to others. In a single namespace they count as well: ours holds the keys.
 */
export const bindingDisallowClusterAdmin = objectPolicy<Config>({
  name: "binding-disallow-cluster-admin",
  description: "No binding gives one of the cluster's all-powerful roles, or gives a role to everybody.",
  severity: "critical",
  controls: [
    { framework: "cis-kubernetes", control: "5.1.1, 5.1.7" },
    { framework: "nist", control: "AC-6" },
    { framework: "nsa", control: "Authentication and authorization" },
  ],
  reason: "One stolen token of such a subject is the whole cluster, or everything in a namespace.",
  remedy: `${ROLE_REMEDY} ${SUBJECT_REMEDY}`,
  parameters: {
    refusedRoles: {
      type: "array",
      items: { type: "string" },
      default: ["cluster-admin", "admin", "edit"],
      description: "Names of ClusterRoles that nothing in the stack may bind, in one namespace or in all.",
    },
    allowedSystemRoles: {
      type: "array",
      items: { type: "string" },
      default: [
        "aggregate-to-view",
        "auth-delegator",
        "basic-user",
        "discovery",
        "monitoring",
        "public-info-viewer",
        "service-account-issuer-discovery",
      ].map((name) => `${SYSTEM}${name}`),
      description:
        "Names of those ClusterRoles of the API server's own, which begin with `system:`, that may be bound; most of them write workloads, read Secrets or make tokens.",
    },
  },
  examples: {
    pass: [
      { what: "the cluster's role to read", objects: [binding("view")] },
      { what: "a role of one's own", objects: [binding("deployer", SUBJECT, "RoleBinding")] },
    ],
    fail: [
      { what: "cluster-admin", objects: [binding("cluster-admin")] },
      {
        what: "what edit is made of",
        objects: [binding("system:aggregate-to-edit", SUBJECT, "RoleBinding")],
      },
      { what: "edit in one namespace", objects: [binding("edit", SUBJECT, "RoleBinding")] },
      {
        what: "a role for everybody with a login",
        objects: [binding("view", group("system:authenticated"))],
      },
      { what: "a role for everybody", objects: [binding("view", group("system:unauthenticated"))] },
      { what: "the group that no rule limits", objects: [binding("view", group("system:masters"))] },
    ],
  },
  kinds: BINDING_KINDS,
  judge: (manifest, config) => [
    ...judgeRole(manifest, config),
    ...subjectsOf(manifest).flatMap(judgeSubject),
  ],
});

function judgeRole({ root }: Manifest, config: Config): Finding[] {
  const name = root.at("roleRef", "name");
  const kind = root.at("roleRef", "kind");
  // A Role of the same name is one that somebody wrote in the namespace.
  if (kind.text === "Role") return [];
  if (name.unknown) return [undecided(name)];
  if (name.text !== undefined && !isRefused(name.text, config)) return [];
  if (kind.unknown) return [undecided(kind)];
  const role = name.text === undefined ? "no role that could be named" : `the ClusterRole ${name.text}`;
  const refused = `${config.refusedRoles.join(", ")}, and those of the cluster's own`;
  return [violation(name, `it binds ${role}; refused: ${refused}.`, ROLE_REMEDY)];
}

function isRefused(name: string, { refusedRoles, allowedSystemRoles }: Config): boolean {
  return refusedRoles.includes(name) || (name.startsWith(SYSTEM) && !allowedSystemRoles.includes(name));
}

function judgeSubject({ field, name }: Subject): Finding[] {
  if (name === undefined) return [undecided(field)];
  const meaning = REFUSED_SUBJECTS.get(name);
  if (meaning === undefined) return [];
  return [violation(field, `it gives a role to ${name}, ${meaning}.`, SUBJECT_REMEDY)];
}
