import type { Field } from "../manifests/field.ts";
import { type Finding, undecided, violation } from "../pack/finding.ts";
import { objectPolicy } from "../pack/object-policy.ts";
import { labelNamesOf, selectorsOf } from "./aggregation.ts";
import { ROLE_KINDS, rulesOf } from "./rights.ts";

const LISTS = ["verbs", "resources", "apiGroups", "nonResourceURLs"] as const;

/** The API server gives this label to every role of its own, `cluster-admin` among them. */
const BUILT_IN = "kubernetes.io/bootstrapping";

const REMEDY = "List what the holder of the role needs, each by its name.";
const SELECTOR_REMEDY = "Select by a label that your own roles alone carry.";

const role = (rule: object) => ({
  apiVersion: "rbac.authorization.k8s.io/v1",
  kind: "Role",
  metadata: { name: "reader", namespace: "ai-agents" },
  rules: [rule],
});
const aggregated = (selector: object) => ({
  apiVersion: "rbac.authorization.k8s.io/v1",
  kind: "ClusterRole",
  metadata: { name: "monitoring" },
  aggregationRule: { clusterRoleSelectors: [selector] },
});

export const roleDisallowWildcards = objectPolicy({
  name: "role-disallow-wildcards",
  description: "A role names every verb, resource, API group and URL that it grants.",
  severity: "critical",
  controls: [
    { framework: "cis-kubernetes", control: "5.1.3" },
    { framework: "nist", control: "AC-6" },
    { framework: "nsa", control: "Authentication and authorization" },
  ],
  reason:
    "A wildcard grants what nobody thought of, and what is installed next year too. A role that aggregates all others is one.",
  remedy: `${REMEDY} ${SELECTOR_REMEDY}`,
  parameters: {},
  examples: {
    pass: [
      {
        what: "a rule that names everything",
        objects: [role({ apiGroups: [""], resources: ["configmaps"], verbs: ["get", "list"] })],
      },
      { what: "a role that gathers those of one label", objects: [aggregated({ matchLabels: { a: "b" } })] },
    ],
    fail: [
      { what: "every verb", objects: [role({ apiGroups: [""], resources: ["pods"], verbs: ["*"] })] },
      { what: "every resource", objects: [role({ apiGroups: [""], resources: ["*"], verbs: ["get"] })] },
      {
        what: "every subresource",
        objects: [role({ apiGroups: [""], resources: ["pods/*"], verbs: ["get"] })],
      },
      { what: "every group", objects: [role({ apiGroups: ["*"], resources: ["pods"], verbs: ["get"] })] },
      { what: "every URL below one", objects: [role({ nonResourceURLs: ["/metrics/*"], verbs: ["get"] })] },
      { what: "a role that gathers all others", objects: [aggregated({})] },
    ],
  },
  kinds: ROLE_KINDS,
  judge: (manifest) => [
    ...rulesOf(manifest).flatMap((rule) =>
      LISTS.flatMap((list) => rule.at(list).items()).flatMap(judgeEntry),
    ),
    ...selectorsOf(manifest).flatMap(judgeSelector),
  ],
});

function judgeEntry(entry: Field): Finding[] {
  if (entry.unknown) return [undecided(entry)];
  if (entry.text?.includes("*") === false) return [];
  const reason = `it is ${JSON.stringify(entry.value)}, which ${entry.text === undefined ? "is no text" : "grants more than can be listed"}.`;
  return [violation(entry, reason, REMEDY)];
}

/** A selector has to say which roles are meant: by a label that they have, not by one that they have not. */
function judgeSelector(selector: Field): Finding[] {
  const { names, unknown } = labelNamesOf(selector);
  if (names.includes(BUILT_IN)) return [gathers(selector, "the cluster's own roles")];
  if (unknown !== undefined) return [undecided(unknown)];
  return names.length > 0 ? [] : [gathers(selector, "roles that no label names")];
}

function gathers(selector: Field, roles: string): Finding {
  const reason = `the role gathers the rules of ${roles}, and so those of cluster-admin.`;
  return violation(selector, reason, SELECTOR_REMEDY);
}
