import { z } from "zod";
import type { Kubectl } from "./kubectl.ts";

/**
 * Volumes that lie ready on the nodes of an embedded region, since nothing there could provision one. A claim takes one
 * whole volume, however little it asks for.
 */
export interface ReadyMadeVolume {
  readonly name: string;
  readonly node: string;
  /** Folder on the node. */
  readonly path: string;
}

/** Ready-made volumes on each node. */
export const VOLUMES_PER_NODE = 6;
const VOLUME_SIZE = "20Gi";

/** Storage class of the ready-made volumes, and the cluster's default. */
const STORAGE_CLASS = "local";

/** The volumes of a node, whose folders lie in one folder of it. */
export function volumesOf(node: string, folder: string): ReadyMadeVolume[] {
  return Array.from({ length: VOLUMES_PER_NODE }, (_, index) => {
    const name = `volume-${index + 1}`;
    return { name: `${node}-${name}`, node, path: `${folder}/${name}` };
  });
}

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

export function persistentVolume({ name, node, path }: ReadyMadeVolume): object {
  return {
    apiVersion: "v1",
    kind: "PersistentVolume",
    metadata: { name },
    spec: {
      capacity: { storage: VOLUME_SIZE },
      accessModes: ["ReadWriteOnce"],
      persistentVolumeReclaimPolicy: "Retain",
      storageClassName: STORAGE_CLASS,
      local: { path },
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

const volumeSchema = z.looseObject({ status: z.looseObject({ phase: z.string().optional() }).optional() });

/** A volume in such a phase still names the claim that it served and is never given to another. */
const SPENT_PHASES = ["Released", "Failed"];

export interface OfferOptions {
  /** Removes what the claim before has left on a volume. Default: there is nothing. */
  readonly erase?: (volume: ReadyMadeVolume) => Promise<void>;
  readonly signal?: AbortSignal | undefined;
}

/** Registers the volumes that are missing, and anew those whose claims were deleted: nothing else would free them. */
export async function offerVolumes(
  volumes: readonly ReadyMadeVolume[],
  kubectl: Kubectl,
  { erase = async () => undefined, signal }: OfferOptions = {},
): Promise<void> {
  const found = await kubectl.listJson("persistentvolumes", { signal });
  const phases = new Map(
    found.map((object) => [object.metadata.name, volumeSchema.parse(object).status?.phase ?? "Pending"]),
  );
  const spent = volumes.filter(({ name }) => SPENT_PHASES.includes(phases.get(name) ?? ""));
  // First: a volume that is no longer registered would not be known as spent after an interruption.
  await Promise.all(spent.map(erase));
  await kubectl.delete(
    "persistentvolumes",
    spent.map(({ name }) => name),
    { signal },
  );
  const absent = volumes.filter((volume) => spent.includes(volume) || !phases.has(volume.name));
  if (absent.length > 0) await kubectl.apply(absent.map(persistentVolume), { signal });
}
