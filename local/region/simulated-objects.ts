import { type ReadyMadeVolume, volumesOf } from "./ready-made-volumes.ts";

/**
 * The Kubernetes objects that a region of simulated nodes needs before anything is deployed to it: its nodes, and
 * volumes, since nothing there could provision one.
 */

/** Nodes per region, each in a zone of its own. */
const NODES_PER_REGION = 3;

/** Marks a node that kwok pretends. */
export const SIMULATED_NODE_ANNOTATION = "kwok.x-k8s.io/node";

/** Of each node. */
const NODE_RESOURCES = { cpu: "8", memory: "16Gi", "ephemeral-storage": "64Gi", pods: "110" };

/** Names of a region's nodes. */
export function nodeNames(region: string): string[] {
  return Array.from({ length: NODES_PER_REGION }, (_, index) => `${region}-node-${index + 1}`);
}

/** The nodes of a region; kwok keeps them ready and plays their kubelets. */
export function simulatedNodes(region: string): object[] {
  return nodeNames(region).map((name, index) => ({
    apiVersion: "v1",
    kind: "Node",
    metadata: {
      name,
      annotations: { [SIMULATED_NODE_ANNOTATION]: "fake", "node.alpha.kubernetes.io/ttl": "0" },
      labels: {
        "kubernetes.io/hostname": name,
        "kubernetes.io/arch": "amd64",
        "kubernetes.io/os": "linux",
        "topology.kubernetes.io/region": region,
        "topology.kubernetes.io/zone": `${region}-z${index + 1}`,
      },
    },
    spec: { podCIDR: `10.128.${index}.0/24`, podCIDRs: [`10.128.${index}.0/24`] },
  }));
}

/** What a node says it has; a patch of its own, for an apply may not set a status. */
export const simulatedNodeStatus = { status: { allocatable: NODE_RESOURCES, capacity: NODE_RESOURCES } };

/** The ready-made volumes of a region. Their folders exist nowhere: simulated containers write nothing. */
export function simulatedVolumes(region: string): ReadyMadeVolume[] {
  return nodeNames(region).flatMap((node) => volumesOf(node, "/volumes"));
}
