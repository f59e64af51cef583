import type { StackConfig } from "../config.ts";
import type { PodDemand } from "../namespace-limits.ts";

/** Rollout upon rollout (a change and its rollback): two generations may still be finishing turns when the third is there. */
const GENERATIONS = 3;

/** The most pods that the configuration can lead to in one region. */
export function demandOf({ coordinator, agents, valkey }: StackConfig): PodDemand[] {
  const runtimes = [coordinator, ...agents].map((each) => ({
    pods: GENERATIONS * each.maxReplicas,
    containers: [each],
    volumes: 0,
  }));
  if (valkey.external !== undefined) return runtimes;
  return [...runtimes, { pods: valkey.replicas, containers: [valkey, valkey.sentinel], volumes: 1 }];
}
