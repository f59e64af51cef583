import { z } from "zod";
import { DEFAULTS } from "../defaults.ts";
import { REPLICAS_ELSEWHERE, targetPercent } from "./coordinator-schema.ts";
import { agentPods, imageReference, label, resourceFields } from "./fields.ts";
import { distinctNames, minimumUpToMaximum, requestsWithinLimits } from "./relations.ts";

const MAX_AGENT_NAME_LENGTH = 32;

/** Taken by the platform's own workloads, which are named alike. */
const RESERVED_NAMES = ["coordinator", "worker", "valkey", "postgres", "direct", "other", "unauthenticated"];

/** A class of agents with pods, an autoscaler and an address of its own. */
export const agentSchema = z
  .strictObject({
    name: label(MAX_AGENT_NAME_LENGTH)
      .refine((name) => !RESERVED_NAMES.includes(name))
      .meta({
        allowed: `1 to ${MAX_AGENT_NAME_LENGTH} lower-case letters, digits and dashes, starting with a letter, ending with a letter or digit, and none of ${RESERVED_NAMES.join(", ")}`,
      })
      .describe("Name of the class: the agent type of its requests, and part of the names of its resources"),
    image: imageReference
      .exactOptional()
      .describe("Image of the agent runtime for this class; that of the stack when not stated"),
    minReplicas: agentPods.default(DEFAULTS.agent.minReplicas).describe("Fewest pods"),
    maxReplicas: agentPods.default(DEFAULTS.agent.maxReplicas).describe("Most pods"),
    ...resourceFields(DEFAULTS.coordinator),
    targetCpuPercent: targetPercent
      .default(DEFAULTS.coordinator.targetCpuPercent)
      .describe("Mean CPU use, in percent of the request, that the autoscaler aims at"),
    targetMemoryPercent: targetPercent
      .default(DEFAULTS.coordinator.targetMemoryPercent)
      .describe("Mean memory use, in percent of the request, that the autoscaler aims at"),
    scaleDownStabilizationSeconds: z
      .int()
      .min(0)
      .max(3600)
      .default(DEFAULTS.coordinator.scaleDownStabilizationSeconds)
      .describe("How long pods must be idle before the first is removed"),
  })
  .meta({ elsewhere: REPLICAS_ELSEWHERE })
  .check(minimumUpToMaximum, ...requestsWithinLimits);

/** All classes of a stack. */
export const agentsSchema = z.array(agentSchema).max(100).check(distinctNames("agents"));

/** One class, with every default filled in. */
export type AgentSpec = z.output<typeof agentSchema>;
