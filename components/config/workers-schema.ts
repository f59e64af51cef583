import { z } from "zod";
import { agentPods, resourceFields } from "./fields.ts";
import { minimumUpToMaximum, relation, requestsWithinLimits } from "./relations.ts";

const WORKERS_DEFAULTS = {
  minReplicas: 2,
  maxReplicas: 20,
  entriesPerPod: 5,
  requests: { cpu: "250m", memory: "256Mi" },
  limits: { cpu: "1", memory: "1Gi" },
} as const;

const notYet = relation(z.looseObject({ enabled: z.boolean() }), ({ enabled }) =>
  enabled
    ? [
        {
          path: ["enabled"],
          got: "true",
          allowed: "false: the runtime has no worker role yet, so that its pods would have nothing to do",
          fix: "remove workers",
        },
      ]
    : [],
);

/** Pods that take work from a queue instead of from clients. */
export const workersSchema = z
  .strictObject({
    enabled: z
      .boolean()
      .default(false)
      .describe("Whether there are workers; refused until the runtime has that role"),
    minReplicas: agentPods.default(WORKERS_DEFAULTS.minReplicas).describe("Fewest pods"),
    maxReplicas: agentPods.default(WORKERS_DEFAULTS.maxReplicas).describe("Most pods"),
    ...resourceFields(WORKERS_DEFAULTS),
    entriesPerPod: z
      .int()
      .min(1)
      .max(10_000)
      .default(WORKERS_DEFAULTS.entriesPerPod)
      .describe("Entries of the queue that one pod is to have waiting"),
  })
  .check(notYet, minimumUpToMaximum, ...requestsWithinLimits);
