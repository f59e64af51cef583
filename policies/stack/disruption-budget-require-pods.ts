import { violation } from "../pack/finding.ts";
import { type StackFinding, stackPolicy } from "../pack/stack-policy.ts";
import { type BudgetSelection, budgetSelections } from "./disruption-budgets.ts";
import { OPERATOR_PARAMETERS, type OperatorConfig, selectorAsksForOperator } from "./operator-pods.ts";
import { undecidedValues } from "./undecided-values.ts";

const REMEDY =
  "Copy the labels of the pod template into spec.selector.matchLabels, or remove the budget with its workload.";

const METADATA = { name: "agent", namespace: "ai-agents" };
const DEPLOYMENT = {
  apiVersion: "apps/v1",
  kind: "Deployment",
  metadata: METADATA,
  spec: { replicas: 2, template: { metadata: { labels: { app: "agent" } } } },
};
const budget = (selector: object | null) => ({
  apiVersion: "policy/v1",
  kind: "PodDisruptionBudget",
  metadata: METADATA,
  spec: { maxUnavailable: 1, selector },
});

export const disruptionBudgetRequirePods = stackPolicy<OperatorConfig>({
  name: "disruption-budget-require-pods",
  description: "A PodDisruptionBudget selects the pods of a workload of the stack.",
  severity: "medium",
  controls: [{ framework: "nist", control: "CP-10, CM-6" }],
  reason: "A budget with a label that no pod has protects nothing, and everybody believes that it does.",
  remedy: REMEDY,
  parameters: OPERATOR_PARAMETERS,
  examples: {
    pass: [
      {
        what: "a budget of a Deployment",
        objects: [DEPLOYMENT, budget({ matchLabels: { app: "agent" } })],
      },
      {
        what: "a budget of pods of an operator",
        objects: [budget({ matchLabels: { "cnpg.io/cluster": "main" } })],
      },
    ],
    fail: [
      { what: "a label that no pod has", objects: [DEPLOYMENT, budget({ matchLabels: { app: "agents" } })] },
      { what: "no selector, which selects nothing", objects: [DEPLOYMENT, budget(null)] },
    ],
  },
  judge: (stack, config) => budgetSelections(stack).flatMap((selection) => judgeBudget(selection, config)),
});

function judgeBudget({ budget: placed, selected }: BudgetSelection, config: OperatorConfig): StackFinding[] {
  const selector = placed.manifest.root.at("spec", "selector");
  if (selected.groups.length > 0 || selectorAsksForOperator(selector, config)) return [];
  if (selector.unknown) return undecidedValues([{ placed, field: selector }]);
  if (selected.unknown.length > 0) {
    return undecidedValues(selected.unknown.map(({ value }) => value));
  }
  const reason = "it selects no pods of any workload of its namespace and region, so it protects nothing.";
  return [{ placed, finding: violation(selector, reason, REMEDY) }];
}
