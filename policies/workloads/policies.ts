import type { PolicyGroup } from "../pack/policy.ts";
import { containerRequireImageDigest } from "./container-require-image-digest.ts";
import { containerRequireResources } from "./container-require-resources.ts";
import { podRequireRestrictedPrivileges } from "./pod-require-restricted-privileges.ts";
import { workloadRequireReplicas } from "./workload-require-replicas.ts";

export const WORKLOADS: PolicyGroup = {
  title: "Workloads",
  folder: "workloads",
  policies: [
    containerRequireImageDigest,
    containerRequireResources,
    podRequireRestrictedPrivileges,
    workloadRequireReplicas,
  ],
};
