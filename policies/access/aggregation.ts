import { Field } from "../manifests/field.ts";
import type { Manifest } from "../manifests/manifest.ts";

/** Operators by which a selector asks for roles that have a label. */
const ASKING: readonly unknown[] = ["In", "Exists"];

/** The labels by which a selector names roles. */
interface LabelNames {
  readonly names: readonly string[];
  /** What would have to be known to tell more. */
  readonly unknown: Field | undefined;
}

/** The selectors by which a ClusterRole gathers the rules of others. */
export function selectorsOf({ root }: Manifest): Field[] {
  return root.at("aggregationRule", "clusterRoleSelectors").items();
}

export function labelNamesOf(selector: Field): LabelNames {
  const labels = selector.at("matchLabels").entries();
  // No label has an empty name: it is that of labels that are not known yet.
  const open = labels.find(([name]) => name === "")?.[1];
  const keys = selector.at("matchExpressions").items().map(keyOf);
  return {
    names: [
      ...labels.filter(([, label]) => !label.missing).map(([name]) => name),
      ...keys.flatMap((key) => key.text ?? []),
    ],
    unknown: open ?? keys.find((key) => key.unknown),
  };
}

/** The label for which an expression asks; unknown while it may ask, and missing where it excludes. */
function keyOf(expression: Field): Field {
  const operator = expression.at("operator");
  if (operator.unknown) return operator;
  return ASKING.includes(operator.value) ? expression.at("key") : Field.root(undefined);
}
