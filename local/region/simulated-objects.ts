/**
 * The Kubernetes objects that a region of simulated nodes needs before anything is deployed to it: its nodes, and
 * volumes, since nothing there could provision one.
 */

/** Nodes per region, each in a zone of its own. */
const NODES_PER_REGION = 3;

/** Marks a node that kwok pretends. */
export const SIMULATED_NODE_ANNOTATION = "kwok.x-k8s.io/node";

/** Ready-made volumes per node; a claim takes one whole volume however little it asks for. */
const VOLUMES_PER_NODE = 6;
const VOLUME_SIZE = "20Gi";

/** Storage class of the ready-made volumes, and the cluster's default. */
const STORAGE_CLASS = "local";

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

/** The default storage class. A claim is bound once its pod has a node, so that the volume lies in the pod's zone. */
export const storageClass = {
  apiVersion: "storage.k8s.io/v1",
  kind: "StorageClass",
  metadata: {
    name: STORAGE_CLASS,
    annotations: { "storageclass.kubernetes.io/is-default-class": "true" },
  },
  provisioner: "kubernetes.io/no-provisioner",
  volumeBindingMode: "WaitForFirstConsumer",
};

/** The ready-made volumes of a region, by name. Their paths exist nowhere: simulated containers write nothing. */
export function simulatedVolumes(region: string): Map<string, object> {
  const volumes = nodeNames(region).flatMap((node) =>
    Array.from({ length: VOLUMES_PER_NODE }, (_, index) => volume(node, `volume-${index + 1}`)),
  );
  return new Map(volumes.map((object) => [object.metadata.name, object]));
}

function volume(node: string, name: string) {
  return {
    apiVersion: "v1",
    kind: "PersistentVolume",
    metadata: { name: `${node}-${name}` },
    spec: {
      capacity: { storage: VOLUME_SIZE },
      accessModes: ["ReadWriteOnce"],
      persistentVolumeReclaimPolicy: "Retain",
      storageClassName: STORAGE_CLASS,
      local: { path: `/volumes/${name}` },
      nodeAffinity: {
        required: {
          nodeSelectorTerms: [
            { matchExpressions: [{ key: "kubernetes.io/hostname", operator: "In", values: [node] }] },
          ],
        },
      },
    },
  };
}
