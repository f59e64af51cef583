import type { StackConfig } from "../config.ts";
import type { PodDemand } from "../namespace-limits.ts";
import { BACKUP_SIDECAR } from "../postgres/backup.ts";

/** Rollout upon rollout (a change and its rollback): two generations may still be finishing turns when the third is there. */
const GENERATIONS = 3;

/** The most pods that the configuration can lead to in one region. */
export function demandOf(stack: StackConfig): PodDemand[] {
  const { coordinator, agents } = stack;
  const runtimes = [coordinator, ...agents].map((each) => ({
    pods: GENERATIONS * each.maxReplicas,
    containers: [each],
    volumes: 0,
  }));
  return [...runtimes, ...valkeyDemand(stack), ...postgresDemand(stack)];
}

function valkeyDemand({ valkey }: StackConfig): PodDemand[] {
  if (valkey.external !== undefined) return [];
  const exporters = valkey.exporter.enabled ? [valkey.exporter] : [];
  return [{ pods: valkey.replicas, containers: [valkey, valkey.sentinel, ...exporters], volumes: 1 }];
}

/** Pods that initialise an instance or let one join, for a moment. */
const CLUSTER_JOBS = 2;

function postgresDemand({ postgres }: StackConfig): PodDemand[] {
  switch (postgres.mode) {
    case "single": {
      const { exporter } = postgres.single;
      const exporters = exporter.enabled ? [exporter] : [];
      return [{ pods: 1, containers: [postgres.single, ...exporters], volumes: 1 }];
    }
    case "cluster": {
      const { instances, backup } = postgres.cluster;
      const sidecars = backup === undefined ? [] : [BACKUP_SIDECAR];
      return [{ pods: instances + CLUSTER_JOBS, containers: [postgres.cluster, ...sidecars], volumes: 2 }];
    }
    case "none":
    case "external":
      return [];
  }
}
