import type { PolicyGroup } from "../pack/policy.ts";
import { containerDisallowLatestTag } from "./container-disallow-latest-tag.ts";
import { containerLimitRegistries } from "./container-limit-registries.ts";
import { containerLimitResources } from "./container-limit-resources.ts";
import { containerRequireImageDigest } from "./container-require-image-digest.ts";
import { containerRequireProbes } from "./container-require-probes.ts";
import { containerRequirePullPolicy } from "./container-require-pull-policy.ts";
import { containerRequireReadOnlyRoot } from "./container-require-read-only-root.ts";
import { containerRequireResources } from "./container-require-resources.ts";
import { disruptionBudgetLimitAvailability } from "./disruption-budget-limit-availability.ts";
import { objectDisallowUnseenPods } from "./object-disallow-unseen-pods.ts";
import { persistentVolumeDisallowNodeFolder } from "./persistent-volume-disallow-node-folder.ts";
import { podDisallowServiceAccountToken } from "./pod-disallow-service-account-token.ts";
import { podDisallowSharedProcesses } from "./pod-disallow-shared-processes.ts";
import { podRequireGracePeriod } from "./pod-require-grace-period.ts";
import { podRequirePriorityClass } from "./pod-require-priority-class.ts";
import { podRequireTopologySpread } from "./pod-require-topology-spread.ts";
import { workloadLimitRevisionHistory } from "./workload-limit-revision-history.ts";
import { workloadLimitUnavailablePods } from "./workload-limit-unavailable-pods.ts";
import { workloadRequireReplicas } from "./workload-require-replicas.ts";

export const WORKLOADS: PolicyGroup = {
  title: "Workloads",
  folder: "workloads",
  policies: [
    containerDisallowLatestTag,
    containerLimitRegistries,
    containerLimitResources,
    containerRequireImageDigest,
    containerRequireProbes,
    containerRequirePullPolicy,
    containerRequireReadOnlyRoot,
    containerRequireResources,
    disruptionBudgetLimitAvailability,
    objectDisallowUnseenPods,
    persistentVolumeDisallowNodeFolder,
    podDisallowServiceAccountToken,
    podDisallowSharedProcesses,
    podRequireGracePeriod,
    podRequirePriorityClass,
    podRequireTopologySpread,
    workloadLimitRevisionHistory,
    workloadLimitUnavailablePods,
    workloadRequireReplicas,
  ],
};
