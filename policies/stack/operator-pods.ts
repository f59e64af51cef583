import type { Field } from "../manifests/field.ts";
import type { Parameters } from "../pack/facts.ts";

/** Pods that operators make are in no manifest of the stack; the labels that they carry tell them apart. */
export interface OperatorConfig {
  readonly operatorLabels: readonly string[];
}

export const OPERATOR_PARAMETERS: Parameters<OperatorConfig> = {
  operatorLabels: {
    type: "array",
    items: { type: "string", minLength: 1 },
    default: ["cnpg.io/"],
    description:
      "Beginnings of the names of labels that operators give to pods of their own: a selector that names one selects such pods.",
  },
};

/** Whether a map of labels asks for pods of an operator. */
export function asksForOperator(labels: Field, { operatorLabels }: OperatorConfig): boolean {
  return labels
    .entries()
    .some(([name, value]) => !value.missing && operatorLabels.some((prefix) => name.startsWith(prefix)));
}

/** The same for a LabelSelector: one that only excludes such pods does not ask for them. */
export function selectorAsksForOperator(selector: Field, config: OperatorConfig): boolean {
  if (asksForOperator(selector.at("matchLabels"), config)) return true;
  return selector
    .at("matchExpressions")
    .items()
    .filter((expression) => ["In", "Exists"].includes(expression.at("operator").text ?? ""))
    .some((expression) =>
      config.operatorLabels.some((prefix) => expression.at("key").text?.startsWith(prefix) === true),
    );
}
