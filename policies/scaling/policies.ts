import type { PolicyGroup } from "../pack/policy.ts";
import { autoscalerLimitMaximum } from "./autoscaler-limit-maximum.ts";
import { autoscalerRequireBehavior } from "./autoscaler-require-behavior.ts";
import { scaledObjectRequireFallback } from "./scaled-object-require-fallback.ts";
import { stackRequireAutoscaler } from "./stack-require-autoscaler.ts";
import { workloadDisallowSecondReplicaWriter } from "./workload-disallow-second-replica-writer.ts";

export const SCALING: PolicyGroup = {
  title: "Scaling",
  folder: "scaling",
  policies: [
    autoscalerLimitMaximum,
    autoscalerRequireBehavior,
    scaledObjectRequireFallback,
    stackRequireAutoscaler,
    workloadDisallowSecondReplicaWriter,
  ],
};
