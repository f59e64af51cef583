import { describeManifest } from "../manifests/manifest.ts";
import type { Placed } from "../manifests/stack.ts";
import { violation } from "../pack/finding.ts";
import { type StackFinding, stackPolicy } from "../pack/stack-policy.ts";
import { type Budgets, budgetSelections, budgetsByWorkload } from "./disruption-budgets.ts";
import { undecidedValues } from "./undecided-values.ts";

const REMEDY =
  "Keep one PodDisruptionBudget, and narrow the selectors of the others until they select other pods.";

const deployment = {
  apiVersion: "apps/v1",
  kind: "Deployment",
  metadata: { name: "agent", namespace: "ai-agents" },
  spec: { replicas: 2, template: { metadata: { labels: { app: "agent", tier: "worker" } } } },
};
const budget = (name: string, matchLabels: object) => ({
  apiVersion: "policy/v1",
  kind: "PodDisruptionBudget",
  metadata: { name, namespace: "ai-agents" },
  spec: { maxUnavailable: 1, selector: { matchLabels } },
});

export const workloadDisallowSecondDisruptionBudget = stackPolicy({
  name: "workload-disallow-second-disruption-budget",
  description: "The pods of a workload are selected by one PodDisruptionBudget at most.",
  severity: "high",
  controls: [{ framework: "nist", control: "CM-6" }],
  reason:
    "The API server refuses to evict a pod that two budgets select, so the drain of its node never ends and upgrades stand still.",
  remedy: REMEDY,
  parameters: {},
  examples: {
    pass: [
      {
        what: "one budget of each label",
        objects: [deployment, budget("worker", { tier: "worker" }), budget("web", { tier: "web" })],
      },
    ],
    fail: [
      {
        what: "a wide and a narrow budget of the same pods",
        objects: [deployment, budget("all", { app: "agent" }), budget("worker", { tier: "worker" })],
      },
    ],
  },
  judge: (stack) =>
    [...budgetsByWorkload(budgetSelections(stack))].flatMap(([workload, budgets]) =>
      judgeWorkload(workload, budgets),
    ),
});

function judgeWorkload(placed: Placed, { budgets, unknown }: Budgets): StackFinding[] {
  if (budgets.length > 1) {
    const names = budgets.map(({ manifest }) => describeManifest(manifest)).join(" and ");
    const reason = `its pods are selected by ${names}, and then the API server refuses to evict them.`;
    return [{ placed, finding: violation(placed.manifest.root, reason, REMEDY) }];
  }
  // A single budget that may or may not select it is no second one.
  if (budgets.length + unknown.length < 2) return [];
  return undecidedValues(unknown);
}
