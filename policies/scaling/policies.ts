import type { PolicyGroup } from "../pack/policy.ts";
import { stackRequireAutoscaler } from "./stack-require-autoscaler.ts";
import { workloadDisallowSecondReplicaWriter } from "./workload-disallow-second-replica-writer.ts";

export const SCALING: PolicyGroup = {
  title: "Scaling",
  folder: "scaling",
  policies: [stackRequireAutoscaler, workloadDisallowSecondReplicaWriter],
};
