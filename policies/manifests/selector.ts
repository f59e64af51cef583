import type { Field } from "./field.ts";

/** Whether a selector selects labels, or which value has to be known to tell. */
export type Selection = "yes" | "no" | { readonly unknown: Field };

const OPERATORS = ["In", "NotIn", "Exists", "DoesNotExist"] as const;
type Operator = (typeof OPERATORS)[number];

/**
 * Whether a LabelSelector (`matchLabels` and `matchExpressions`) selects an object with these labels.
 *
 * An empty selector selects everything, a missing one nothing: so say PodDisruptionBudgets, spread constraints and
 * affinity. Callers of an API that reads a missing selector otherwise, such as NetworkPolicies, ask before.
 * @throws Error where the API server would refuse the selector, because then nothing can be said about it
 */
export function selects(selector: Field, labels: Field): Selection {
  if (selector.missing) return "no";
  const wanted = selector.at("matchLabels").entries();
  const expressions = selector.at("matchExpressions").items();
  return all([
    ...wanted.map(([name, value]) => hasLabel(labels, name, value)),
    ...expressions.map((expression) => satisfies(labels, expression)),
  ]);
}

/**
 * Whether a plain map of labels, such as the selector of a Service, selects an object with these labels. A missing or
 * empty map selects nothing: somebody else writes the endpoints of such a Service.
 */
export function selectsByLabels(selector: Field, labels: Field): Selection {
  const wanted = selector.entries().filter(([, value]) => !value.missing);
  if (wanted.length === 0) return "no";
  return all(wanted.map(([name, value]) => hasLabel(labels, name, value)));
}

/** One requirement that is not met decides; one that cannot be told leaves the rest undecided. */
function all(verdicts: readonly Selection[]): Selection {
  if (verdicts.includes("no")) return "no";
  return verdicts.find((verdict) => typeof verdict === "object") ?? "yes";
}

function hasLabel(labels: Field, name: string, wanted: Field): Selection {
  if (wanted.unknown) return { unknown: wanted };
  if (wanted.missing) return "yes";
  const label = labels.at(name);
  if (label.unknown) return { unknown: label };
  return textOf(wanted) === label.value ? "yes" : "no";
}

function satisfies(labels: Field, expression: Field): Selection {
  const key = expression.at("key");
  if (key.unknown) return { unknown: key };
  const operator = operatorOf(expression.at("operator"));
  if (typeof operator === "object") return operator;
  const label = labels.at(textOf(key));
  if (label.unknown) return { unknown: label };
  switch (operator) {
    case "Exists":
      return label.missing ? "no" : "yes";
    case "DoesNotExist":
      return label.missing ? "yes" : "no";
    case "In":
      return isOneOf(label, expression.at("values"));
    case "NotIn":
      return opposite(isOneOf(label, expression.at("values")));
  }
}

function isOneOf(label: Field, values: Field): Selection {
  const items = values.items();
  if (items.length === 0) throw new Error(`${values.path}: the operators In and NotIn need values`);
  if (label.missing) return "no";
  const known = items.filter((item) => !item.unknown);
  if (known.some((item) => textOf(item) === label.value)) return "yes";
  const unknown = items.find((item) => item.unknown);
  return unknown === undefined ? "no" : { unknown };
}

function opposite(verdict: Selection): Selection {
  if (typeof verdict === "object") return verdict;
  return verdict === "yes" ? "no" : "yes";
}

function operatorOf(field: Field): Operator | { readonly unknown: Field } {
  if (field.unknown) return { unknown: field };
  const operator = OPERATORS.find((known) => known === field.value);
  if (operator !== undefined) return operator;
  throw new Error(`${field.path}: got ${JSON.stringify(field.value)}, not one of ${OPERATORS.join(", ")}`);
}

/** Numbers and booleans are refused by the API server in the place of labels. */
function textOf(field: Field): string {
  if (field.text !== undefined) return field.text;
  throw new Error(`${field.path}: expected a text, got ${JSON.stringify(field.value)}`);
}
