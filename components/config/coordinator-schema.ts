import { z } from "zod";
import { DEFAULT_MAX_TURN_SECONDS } from "../../agent-runtime/src/contract.ts";
import { DEFAULTS } from "../defaults.ts";
import { coordinatorPods, resourceFields } from "./fields.ts";
import { minimumUpToMaximum, requestsWithinLimits } from "./relations.ts";

/** How strictly the pods of a workload are spread over zones. */
export const spread = z
  .enum(["soft", "hard"])
  .describe("soft prefers an even spread over zones, hard leaves a pod pending rather than break it");

/** Mean use of a resource in percent of the request, for an autoscaler to aim at. */
export const targetPercent = z.int().min(10).max(95);

/** What an error says to whoever states the number of pods. */
export const REPLICAS_ELSEWHERE = {
  replicas: "remove it: the autoscaler alone writes the number of pods; state minReplicas and maxReplicas",
};

/** The pods that answer clients. */
export const coordinatorSchema = z
  .strictObject({
    minReplicas: coordinatorPods.default(DEFAULTS.coordinator.minReplicas).describe("Fewest pods"),
    maxReplicas: coordinatorPods.default(DEFAULTS.coordinator.maxReplicas).describe("Most pods"),
    ...resourceFields(DEFAULTS.coordinator),
    targetCpuPercent: targetPercent
      .default(DEFAULTS.coordinator.targetCpuPercent)
      .describe("Mean CPU use, in percent of the request, that the autoscaler aims at"),
    targetMemoryPercent: targetPercent
      .default(DEFAULTS.coordinator.targetMemoryPercent)
      .describe("Mean memory use, in percent of the request, that the autoscaler aims at"),
    maxTurnSeconds: z
      .int()
      .min(30)
      .max(3600)
      .default(DEFAULT_MAX_TURN_SECONDS)
      .describe(
        "Longest turn in seconds; pods get this long, and a margin, to finish before they are stopped",
      ),
    scaleUpStabilizationSeconds: z
      .int()
      .min(0)
      .max(60)
      .default(DEFAULTS.coordinator.scaleUpStabilizationSeconds)
      .describe("How long a need must last before pods are added"),
    scaleDownStabilizationSeconds: z
      .int()
      .min(0)
      .max(3600)
      .default(DEFAULTS.coordinator.scaleDownStabilizationSeconds)
      .describe("How long pods must be idle before the first is removed"),
    spread: spread.default("hard"),
    delivery: z
      .enum(["deployment", "rollout"])
      .default("deployment")
      .describe(
        "How a new version takes over: deployment replaces pod by pod; rollout lets Argo Rollouts raise its part in steps and take it back when it fails more or answers slower, which needs autoscaling.prometheusUrl",
      ),
    logLevel: z
      .enum(["debug", "info", "warn", "error"])
      .default("info")
      .describe("Least severe log line written"),
  })
  .meta({ elsewhere: REPLICAS_ELSEWHERE })
  .check(minimumUpToMaximum, ...requestsWithinLimits);
