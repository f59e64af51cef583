import type { Field } from "../manifests/field.ts";
import { type Finding, undecided, violation } from "../pack/finding.ts";
import { objectPolicy } from "../pack/object-policy.ts";
import { labelNamesOf, selectorsOf } from "./aggregation.ts";
import { POWERS, type Power, pairsOf } from "./powers.ts";
import { grantOf, type Right, ROLE_KINDS, rulesOf } from "./rights.ts";

interface Config {
  /** Each as `create pods/exec`. */
  readonly allowedRights: readonly string[];
}

const REMEDY =
  "Take the right out of the rule, or, where this is an operator's own role, list it in allowedRights.";

/** By these labels the cluster's `admin` and `edit` are put together, and so whoever gathers by them becomes one. */
const POWERFUL_LABELS = [
  "rbac.authorization.k8s.io/aggregate-to-admin",
  "rbac.authorization.k8s.io/aggregate-to-edit",
];

const role = (apiGroup: string, resource: string, verb: string) => ({
  apiVersion: "rbac.authorization.k8s.io/v1",
  kind: "ClusterRole",
  metadata: { name: "deployer" },
  rules: [{ apiGroups: [apiGroup], resources: [resource], verbs: [verb] }],
});
const RBAC = "rbac.authorization.k8s.io";

/**
 * Writing roles and bindings is no escalation by itself: the API server lets nobody grant more than he holds, unless by
 * `escalate` or `bind`. Rights by wildcards alone are left to `role-disallow-wildcards`.
 */
export const roleDisallowEscalation = objectPolicy<Config>({
  name: "role-disallow-escalation",
  description: "No role grants a right by which its holder can take rights that the role does not name.",
  severity: "critical",
  controls: [
    { framework: "cis-kubernetes", control: "5.1.8, 5.1.9, 5.1.10, 5.1.11, 5.1.12, 5.1.13" },
    { framework: "nist", control: "AC-6(1), AC-6(10)" },
    { framework: "nsa", control: "Authentication and authorization" },
  ],
  reason: "Whoever takes over the holder of such a right takes over the cluster, or all that runs in it.",
  remedy: REMEDY,
  parameters: {
    allowedRights: {
      type: "array",
      items: { type: "string" },
      default: [],
      description: "Rights that roles may grant all the same, each as verb and resource: `create pods/exec`.",
    },
  },
  examples: {
    pass: [
      { what: "to read pods", objects: [role("", "pods", "get")] },
      {
        what: "to write roles, which gives no right that one does not have",
        objects: [role(RBAC, "roles", "create")],
      },
    ],
    fail: [
      { what: "to give any role to anybody", objects: [role(RBAC, "clusterroles", "bind")] },
      {
        what: "to write rights into a role that one does not have",
        objects: [role(RBAC, "roles", "escalate")],
      },
      { what: "to act as another", objects: [role("", "serviceaccounts", "impersonate")] },
      { what: "to run commands in pods", objects: [role("", "pods/exec", "create")] },
      { what: "to make tokens of a ServiceAccount", objects: [role("", "serviceaccounts/token", "create")] },
      { what: "to call the nodes' kubelets", objects: [role("", "nodes/proxy", "get")] },
    ],
  },
  kinds: ROLE_KINDS,
  judge: (manifest, config) => [
    ...rulesOf(manifest).flatMap((rule) => POWERS.flatMap((power) => judgeRule(rule, power, config))),
    ...selectorsOf(manifest).flatMap(judgeSelector),
  ],
});

function judgeRule(rule: Field, power: Power, { allowedRights }: Config): Finding[] {
  const grants = pairsOf(power)
    .filter((right) => !allowedRights.includes(nameOf(right)))
    .map((right) => ({ name: nameOf(right), grant: grantOf(rule, right) }));
  const names = grants.filter(({ grant }) => grant === "named").map(({ name }) => name);
  if (names.length > 0) {
    const reason = `it grants ${[...new Set(names)].join(", ")}: the holder ${power.effect}.`;
    return [violation(rule, reason, REMEDY)];
  }
  const open = grants.find(({ grant }) => typeof grant === "object")?.grant;
  return typeof open === "object" ? [undecided(open.unknown)] : [];
}

function nameOf({ verb, resource }: Right): string {
  return `${verb} ${resource}`;
}

function judgeSelector(selector: Field): Finding[] {
  const { names, unknown } = labelNamesOf(selector);
  const label = names.find((name) => POWERFUL_LABELS.includes(name));
  if (label === undefined) return unknown === undefined ? [] : [undecided(unknown)];
  const reason = `the role gathers the rules of roles with the label ${label}, which hold escalating rights of the cluster's own.`;
  return [violation(selector, reason, "Select by a label that your own roles alone carry.")];
}
