import type { Policies } from "@pulumi/policy";
import { manifestDisallowSecretLiterals } from "./manifest-disallow-secret-literals.ts";
import { podRequireImageDigest } from "./pod-require-image-digest.ts";
import { podRequireResources } from "./pod-require-resources.ts";
import { podRequireRestrictedPrivileges } from "./pod-require-restricted-privileges.ts";
import { stackRequireAutoscaler } from "./stack-require-autoscaler.ts";
import { workloadDisallowSecondReplicaWriter } from "./workload-disallow-second-replica-writer.ts";
import { workloadRequireReplicas } from "./workload-require-replicas.ts";

/** Every policy of the pack, the same for every stack. Policy configuration decides how strict each one is. */
export const POLICIES: Policies = [
  manifestDisallowSecretLiterals,
  podRequireImageDigest,
  podRequireResources,
  podRequireRestrictedPrivileges,
  stackRequireAutoscaler,
  workloadDisallowSecondReplicaWriter,
  workloadRequireReplicas,
];
