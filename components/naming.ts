import { APP, COORDINATOR, NAMESPACE } from "../agent-runtime/src/contract.ts";

/** Name of Valkey's StatefulSet, headless Service and PodDisruptionBudget. */
export const VALKEY = "claude-agent-valkey";

/** Name of PostgreSQL's workload and Service. */
export const POSTGRES = "claude-agent-postgres";

/** The replication group that every Sentinel watches; clients ask for its master by this name. */
export const VALKEY_MASTER_NAME = "main";

/** Ports of Valkey's two containers. */
export const VALKEY_PORTS = { valkey: 6379, sentinel: 26379 } as const;

/** Port of the metrics of a Valkey pod. */
export const VALKEY_EXPORTER_PORT = 9121;

/** Ports of PostgreSQL's two containers. */
export const POSTGRES_PORTS = { postgres: 5432, exporter: 9187 } as const;

/** Default domain of a Kubernetes cluster. Full names need one DNS query instead of one per search domain. */
const CLUSTER_DOMAIN = "cluster.local";

export type Labels = Record<string, string>;

/** What the kinds of pods that every region has are called, by name and in labels. */
const TIERS = {
  coordinator: { name: COORDINATOR, labels: { app: APP, tier: "coordinator" } },
  worker: { name: `${APP}-worker`, labels: { app: APP, tier: "worker" } },
  valkey: { name: VALKEY, labels: { app: VALKEY, tier: "store" } },
  postgres: { name: POSTGRES, labels: { app: POSTGRES, tier: "database" } },
} as const;

/** A class of agents with pods of its own. */
export interface AgentTier {
  readonly agent: string;
}

export type Tier = keyof typeof TIERS | AgentTier;

/** Name of the workload of a tier, and of what belongs to it. */
export function workloadName(tier: Tier): string {
  return typeof tier === "string" ? TIERS[tier].name : `${APP}-${tier.agent}`;
}

/** The labels that select the pods of a tier. They never change: selectors of workloads are immutable. */
export function selectorOf(tier: Tier): Labels {
  if (typeof tier === "string") return { ...TIERS[tier].labels };
  return { app: APP, tier: "agent", agent: tier.agent };
}

/** All labels of the objects of a tier: the selector's and the recommended ones of Kubernetes. */
export function labelsOf(tier: Tier): Labels {
  const selector = selectorOf(tier);
  return {
    ...selector,
    "app.kubernetes.io/name": selector["app"] ?? APP,
    "app.kubernetes.io/component": selector["tier"] ?? "",
    "app.kubernetes.io/part-of": "claude-agents",
    "app.kubernetes.io/managed-by": "pulumi",
  };
}

/** Host name of a Service, or of one pod of a headless Service, as every pod of the cluster resolves it. */
export function clusterHost(service: string, pod?: string): string {
  const host = `${service}.${NAMESPACE}.svc.${CLUSTER_DOMAIN}`;
  return pod === undefined ? host : `${pod}.${host}`;
}
