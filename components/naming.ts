import { APP, NAMESPACE } from "../agent-runtime/src/contract.ts";

/** Name of Valkey's StatefulSet, headless Service and PodDisruptionBudget. */
export const VALKEY = "claude-agent-valkey";

/** The replication group that every Sentinel watches; clients ask for its master by this name. */
export const VALKEY_MASTER_NAME = "main";

/** Ports of Valkey's two containers. */
export const VALKEY_PORTS = { valkey: 6379, sentinel: 26379 } as const;

/** Default domain of a Kubernetes cluster. Full names need one DNS query instead of one per search domain. */
const CLUSTER_DOMAIN = "cluster.local";

export type Labels = Record<string, string>;

/** What the two kinds of pods are called in labels. */
const TIERS = {
  coordinator: { app: APP, tier: "coordinator" },
  valkey: { app: VALKEY, tier: "store" },
} as const;

export type Tier = keyof typeof TIERS;

/** The labels that select the pods of a tier. They never change: selectors of workloads are immutable. */
export function selectorOf(tier: Tier): Labels {
  return { ...TIERS[tier] };
}

/** All labels of the objects of a tier: the selector's and the recommended ones of Kubernetes. */
export function labelsOf(tier: Tier): Labels {
  return {
    ...selectorOf(tier),
    "app.kubernetes.io/name": TIERS[tier].app,
    "app.kubernetes.io/component": TIERS[tier].tier,
    "app.kubernetes.io/part-of": "claude-agents",
    "app.kubernetes.io/managed-by": "pulumi",
  };
}

/** Host name of a Service, or of one pod of a headless Service, as every pod of the cluster resolves it. */
export function clusterHost(service: string, pod?: string): string {
  const host = `${service}.${NAMESPACE}.svc.${CLUSTER_DOMAIN}`;
  return pod === undefined ? host : `${pod}.${host}`;
}

/** The URL by which the runtime finds the current master through the Sentinels; the password travels apart. */
export function valkeyUrl(): string {
  return `redis+sentinel://${clusterHost(VALKEY)}:${VALKEY_PORTS.sentinel}/${VALKEY_MASTER_NAME}`;
}
