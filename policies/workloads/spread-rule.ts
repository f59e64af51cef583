import type { Field } from "../manifests/field.ts";
import { selects } from "../manifests/selector.ts";
import { type Finding, undecided, violation } from "../pack/finding.ts";

/** Labels that controllers give to the pods of one revision. */
const REVISION_LABELS = ["pod-template-hash", "controller-revision-hash", "rollouts-pod-template-hash"];

/** Whether a constraint or a term is about the label of nodes, as far as a preview can tell. */
export function isFor(rule: Field, key: string): boolean {
  const topologyKey = rule.at("topologyKey");
  return topologyKey.unknown !== undefined || topologyKey.value === key;
}

/** A rule that is wrong already stays wrong, whatever becomes known. */
export function decisive(findings: Finding[]): Finding[] {
  const violations = findings.filter(({ type }) => type === "violation");
  return violations.length > 0 ? violations : findings;
}

export function judgeTopologyKey(rule: Field): Finding[] {
  const topologyKey = rule.at("topologyKey");
  return topologyKey.unknown ? [undecided(topologyKey)] : [];
}

/** Whether a rule counts the pods of the workload, and all of them. */
export function judgeCounted(rule: Field, metadata: Field): Finding[] {
  return [...judgeSelector(rule.at("labelSelector"), metadata), ...judgeLabelKeys(rule)];
}

function judgeSelector(selector: Field, metadata: Field): Finding[] {
  const selection = selects(selector, metadata.at("labels"));
  if (typeof selection === "object") return [undecided(selection.unknown)];
  const remedy = "Use the labelSelector of the workload.";
  if (selection === "no")
    return [violation(selector, "its selector does not count the workload's own pods.", remedy)];
  if (!isEmpty(selector)) return [];
  return [violation(selector, "its empty selector counts every pod of the namespace.", remedy)];
}

/** Keys of labels narrow the selector to pods of the same value: by a label of each pod alone it counts itself only. */
function judgeLabelKeys(rule: Field): Finding[] {
  const keys = rule.at("matchLabelKeys").items();
  const others = keys.filter(({ value }) => !REVISION_LABELS.some((label) => label === value));
  const reason = `its matchLabelKeys hold another label than ${REVISION_LABELS.join(", ")}.`;
  return [
    ...others.map((key) =>
      key.unknown
        ? undecided(key)
        : violation(key, reason, "Leave matchLabelKeys out, or compare revisions."),
    ),
    ...refuseSet(rule.at("mismatchLabelKeys"), "mismatchLabelKeys leave out pods that have to be counted."),
  ];
}

/** Without either, a term looks at the pods of its own namespace. */
export function judgeNamespaces(term: Field): Finding[] {
  return ["namespaces", "namespaceSelector"].flatMap((name) =>
    refuseSet(term.at(name), `${name} may leave out the workload's own namespace.`),
  );
}

function refuseSet(field: Field, problem: string): Finding[] {
  if (field.unknown) return [undecided(field)];
  if (field.missing || (Array.isArray(field.value) && field.value.length === 0)) return [];
  return [violation(field, `its ${problem}`, `Remove ${field.path.split(".").at(-1)}.`)];
}

function isEmpty(selector: Field): boolean {
  const labels = selector.at("matchLabels").entries();
  return labels.every(([, value]) => value.missing) && selector.at("matchExpressions").items().length === 0;
}
