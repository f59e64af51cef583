import type { PolicyGroup } from "../pack/policy.ts";
import { disruptionBudgetLimitPods } from "./disruption-budget-limit-pods.ts";
import { disruptionBudgetRequirePods } from "./disruption-budget-require-pods.ts";
import { objectLimitNameLength } from "./object-limit-name-length.ts";
import { serviceRequirePods } from "./service-require-pods.ts";
import { stackDisallowDuplicateObjects } from "./stack-disallow-duplicate-objects.ts";
import { stackLimitCost } from "./stack-limit-cost.ts";
import { stackLimitResources } from "./stack-limit-resources.ts";
import { stackRequireDashboards } from "./stack-require-dashboards.ts";
import { stackRequireDisruptionBudget } from "./stack-require-disruption-budget.ts";
import { stackRequireRules } from "./stack-require-rules.ts";
import { stackRequireScaleTarget } from "./stack-require-scale-target.ts";
import { statefulSetRequireService } from "./stateful-set-require-service.ts";
import { workloadDisallowSecondDisruptionBudget } from "./workload-disallow-second-disruption-budget.ts";

export const STACK: PolicyGroup = {
  title: "Stack-wide",
  folder: "stack",
  policies: [
    disruptionBudgetLimitPods,
    disruptionBudgetRequirePods,
    objectLimitNameLength,
    serviceRequirePods,
    stackDisallowDuplicateObjects,
    stackLimitCost,
    stackLimitResources,
    stackRequireDashboards,
    stackRequireDisruptionBudget,
    stackRequireRules,
    stackRequireScaleTarget,
    statefulSetRequireService,
    workloadDisallowSecondDisruptionBudget,
  ],
};
