import type { Field } from "../manifests/field.ts";
import { type Finding, undecided, violation } from "../pack/finding.ts";

const NODE_NAME = "metadata.name";
const HOST = "kubernetes.io/hostname";
const REMEDY = "Let the scheduler choose among several of them.";

/** A pod that names its node goes past the scheduler, and with it past every rule that spreads. */
export function judgeNodeName(spec: Field): Finding[] {
  const node = spec.at("nodeName");
  if (node.unknown) return [undecided(node)];
  if (node.missing || node.value === "") return [];
  const reason = `every pod goes to the node ${JSON.stringify(node.value)}, past the scheduler and its rules.`;
  return [violation(node, reason, "Remove nodeName.")];
}

/** What keeps all pods in one zone or on one node: no rule that spreads has then anything to spread over. */
export function judgePinned(spec: Field, key: string): Finding[] {
  return [
    ...judgeNodeSelector(spec.at("nodeSelector"), key),
    ...judgeTerms(
      spec.at(
        "affinity",
        "nodeAffinity",
        "requiredDuringSchedulingIgnoredDuringExecution",
        "nodeSelectorTerms",
      ),
      key,
    ),
  ];
}

/** A node selector names one value of a label and no second one. */
function judgeNodeSelector(selector: Field, key: string): Finding[] {
  const value = selector.at(key);
  if (value.unknown) return [undecided(value)];
  if (value.missing) return [];
  const reason = `nodeSelector keeps every pod where ${key} is ${JSON.stringify(value.value)}.`;
  return [violation(value, reason, REMEDY)];
}

/** One term has to hold, so the pods can go where any of them allows. */
function judgeTerms(terms: Field, key: string): Finding[] {
  const allowed = terms.items().map((term) => valuesOf(term, key));
  if (allowed.length === 0 || allowed.includes(undefined)) return [];
  const values = allowed.flatMap((list) => list ?? []);
  const known = new Set(values.filter(({ unknown }) => !unknown).map(({ value }) => value));
  if (known.size > 1) return [];
  const open = values.filter(({ unknown }) => unknown);
  if (open.length > 0) return open.map(undecided);
  const reason = `nodeAffinity keeps every pod where ${key} is ${[...known].map(String).join(", ") || "nothing"}.`;
  return [violation(terms, reason, REMEDY)];
}

/** The values of the label that a term lists, or what would have to be known to tell; undefined where it lists none. */
function valuesOf(term: Field, key: string): Field[] | undefined {
  const lists = [
    ...listsOf(term.at("matchExpressions"), key),
    ...(key === HOST ? listsOf(term.at("matchFields"), NODE_NAME) : []),
  ];
  // All of them hold at once: the shortest list is the most that can remain, whatever else becomes known.
  const [shortest] = lists.toSorted(
    (one, other) => one.length - other.length || unknownIn(one) - unknownIn(other),
  );
  return shortest;
}

/** What the expressions of a term list for the label; those that only exclude values leave others. */
function listsOf(expressions: Field, key: string): Field[][] {
  return expressions.items().flatMap((expression) => {
    const [label, operator] = [expression.at("key"), expression.at("operator")];
    if (label.unknown) return [[label]];
    if (label.value !== key) return [];
    if (operator.unknown) return [[operator]];
    return operator.value === "In" ? [expression.at("values").items()] : [];
  });
}

function unknownIn(values: readonly Field[]): number {
  return values.filter(({ unknown }) => unknown).length;
}
