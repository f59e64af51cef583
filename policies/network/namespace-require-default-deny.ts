import type { Field } from "../manifests/field.ts";
import type { Placed } from "../manifests/stack.ts";
import { undecided, violation } from "../pack/finding.ts";
import { type StackFinding, stackPolicy } from "../pack/stack-policy.ts";
import { isEmptyList, selectsAll } from "./network-rules.ts";
import { namespaceFieldOf, placeOf, podMakersOf } from "./placed-namespaces.ts";
import { all, isOneOf, some, type Verdict } from "./verdict.ts";

const REMEDY =
  "Add a NetworkPolicy with podSelector: {}, policyTypes: [Ingress, Egress] and no rules, and open in others what is needed.";

const NAMESPACE = { apiVersion: "v1", kind: "Namespace", metadata: { name: "ai-agents" } };
const policy = (spec: object) => ({
  apiVersion: "networking.k8s.io/v1",
  kind: "NetworkPolicy",
  metadata: { name: "default-deny", namespace: "ai-agents" },
  spec: { podSelector: {}, policyTypes: ["Ingress", "Egress"], ...spec },
});
const WORKLOAD = {
  apiVersion: "apps/v1",
  kind: "Deployment",
  metadata: { name: "agent", namespace: "tools" },
  spec: { template: {} },
};

const DIRECTIONS = [
  { type: "Ingress", rules: "ingress" },
  { type: "Egress", rules: "egress" },
] as const;
type Direction = (typeof DIRECTIONS)[number];

export const namespaceRequireDefaultDeny = stackPolicy({
  name: "namespace-require-default-deny",
  description: "In every namespace of the stack nothing is allowed that no NetworkPolicy opens.",
  severity: "high",
  controls: [
    { framework: "cis-kubernetes", control: "5.3.2" },
    { framework: "nist", control: "SC-7(5)" },
    { framework: "nsa", control: "Network separation and hardening" },
  ],
  reason:
    "A pod that no policy selects may call and be called by everything. One that closes both directions for all pods holds for those as well that come later.",
  remedy: REMEDY,
  parameters: {},
  examples: {
    pass: [
      { what: "a policy that closes both directions", objects: [NAMESPACE, policy({})] },
      {
        what: "one policy for each direction",
        objects: [NAMESPACE, policy({ policyTypes: ["Ingress"] }), policy({ policyTypes: ["Egress"] })],
      },
    ],
    fail: [
      { what: "no policy", objects: [NAMESPACE] },
      { what: "a namespace of others with a workload of ours", objects: [NAMESPACE, policy({}), WORKLOAD] },
      { what: "one direction", objects: [NAMESPACE, policy({ policyTypes: ["Ingress"] })] },
      {
        what: "some of the pods",
        objects: [NAMESPACE, policy({ podSelector: { matchLabels: { a: "b" } } })],
      },
      { what: "a rule that allows everything", objects: [NAMESPACE, policy({ egress: [{}] })] },
      { what: "no types, which means ingress alone", objects: [NAMESPACE, policy({ policyTypes: null })] },
    ],
  },
  judge: (stack) => {
    const policies = Map.groupBy(stack.ofKind("NetworkPolicy"), placeOf);
    const unplaced = Map.groupBy(policies.get(undefined) ?? [], ({ cluster }) => cluster);
    return firstOfEach([...stack.ofKind("Namespace"), ...podMakersOf(stack)]).flatMap((placed) => {
      const place = placeOf(placed);
      const own = place === undefined ? [] : (policies.get(place) ?? []);
      return judgeNamespace(placed, own, unplaced.get(placed.cluster) ?? []);
    });
  },
});

/** One object for each namespace, and all whose namespace is not known yet. */
function firstOfEach(objects: readonly Placed[]): Placed[] {
  return [...Map.groupBy(objects, placeOf)].flatMap(([place, members]) =>
    place === undefined ? members : members.slice(0, 1),
  );
}

/** @param unplaced policies of the cluster whose namespace is not known yet */
function judgeNamespace(placed: Placed, own: readonly Placed[], unplaced: readonly Placed[]): StackFinding[] {
  const name = namespaceFieldOf(placed);
  if (name.unknown) return [{ placed, finding: undecided(name) }];
  const verdicts = DIRECTIONS.map((direction) => ({
    type: direction.type,
    verdict: some([
      ...own.map((policy) => closes(policy, direction)),
      ...unplaced.map((policy) => mayClose(policy, direction)),
    ]),
  }));
  const open = verdicts.filter(({ verdict }) => verdict === "no").map(({ type }) => type);
  if (open.length > 0) {
    const reason = `no NetworkPolicy for all pods of its namespace closes ${open.join(" and ")}.`;
    return [{ placed, finding: violation(placed.manifest.root, reason, REMEDY) }];
  }
  return verdicts.flatMap(({ verdict }) =>
    typeof verdict === "object" ? [{ placed, finding: undecided(verdict.unknown) }] : [],
  );
}

function closes({ manifest: { root } }: Placed, { type, rules }: Direction): Verdict {
  const spec = root.at("spec");
  return all([
    selectsAll(spec.at("podSelector")),
    isOfType(spec.at("policyTypes"), type),
    allowsNothing(spec.at(rules)),
  ]);
}

/** Without types a policy is one of ingress; of egress it is then only by rules, which open some of it. */
function isOfType(types: Field, type: Direction["type"]): Verdict {
  if (isEmptyList(types)) return type === "Ingress" ? "yes" : "no";
  return some(types.items().map((entry) => isOneOf(entry, type)));
}

function allowsNothing(rules: Field): Verdict {
  if (rules.unknown) return { unknown: rules };
  return isEmptyList(rules) ? "yes" : "no";
}

/** What a policy would do if it were of the namespace, of which only its own can tell. */
function mayClose(policy: Placed, direction: Direction): Verdict {
  const unknown = namespaceFieldOf(policy);
  return closes(policy, direction) === "no" ? "no" : { unknown };
}
