import { type PropertyPath, pathText, type ValueChange } from "../protocol/property-change.ts";
import type { KubeError } from "./kube-error.ts";
import { groupKind } from "./kubernetes-object.ts";
import type { ProviderArgs } from "./provider-args.ts";

/** Fields that make an object what it is: another value means another object. */
const IDENTITY_FIELDS = ["kind", "metadata.name", "metadata.namespace"];

/**
 * Fields that the API server refuses to change. What is missing here is found by a dry run (see
 * `refusedAsImmutable`).
 */
const IMMUTABLE_FIELDS: { readonly [groupKind: string]: readonly string[] } = {
  "apps/Deployment": ["spec.selector"],
  "apps/DaemonSet": ["spec.selector"],
  "apps/StatefulSet": [
    "spec.selector",
    "spec.serviceName",
    "spec.podManagementPolicy",
    "spec.volumeClaimTemplates",
  ],
  "batch/Job": ["spec.selector", "spec.template", "spec.completionMode"],
  "/Pod": [
    "spec.volumes",
    "spec.nodeName",
    "spec.serviceAccountName",
    "spec.securityContext",
    "spec.restartPolicy",
  ],
  "/PersistentVolumeClaim": [
    "spec.accessModes",
    "spec.selector",
    "spec.storageClassName",
    "spec.volumeName",
    "spec.volumeMode",
  ],
  "/Service": ["spec.clusterIP"],
  "/Secret": ["type"],
  "rbac.authorization.k8s.io/RoleBinding": ["roleRef"],
  "rbac.authorization.k8s.io/ClusterRoleBinding": ["roleRef"],
  "storage.k8s.io/StorageClass": ["parameters", "provisioner", "reclaimPolicy", "volumeBindingMode"],
  "scheduling.k8s.io/PriorityClass": ["value", "preemptionPolicy"],
};

const REFUSAL =
  /immutable|may not be (changed|updated)|can(no|')t be (changed|updated)|cannot change|updates to .* forbidden|field may not change|pod updates may not/i;

/**
 * Fields of this kind whose change means a new object. Contents of a ConfigMap and of a Secret are among them
 * unless the provider arguments say otherwise: under a new name they roll out with the pods that use them.
 */
export function replacingFields(
  object: { apiVersion: string; kind: string },
  args: ProviderArgs,
): readonly string[] {
  const kind = groupKind(object);
  const fields = [...IDENTITY_FIELDS, ...(IMMUTABLE_FIELDS[kind] ?? [])];
  if (kind === "/ConfigMap" && !args.enableConfigMapMutable) fields.push("data", "binaryData", "immutable");
  if (kind === "/Secret" && !args.enableSecretMutable) fields.push("data", "stringData", "immutable");
  return fields;
}

/**
 * Whether `change` touches one of `fields`: lies in it, or takes away or replaces something that it lies in.
 */
export function touches({ path, kind }: ValueChange, fields: readonly string[]): boolean {
  const changed = fieldName(path);
  return fields.some((field) => isWithin(changed, field) || (kind !== "add" && isWithin(field, changed)));
}

/**
 * The changes among `changes` that the server's answer to a dry run calls immutable; all of them if it names
 * no field.
 */
export function refusedAsImmutable(
  changes: readonly ValueChange[],
  error: KubeError,
): readonly ValueChange[] {
  if (error.status !== 422 || !REFUSAL.test(error.message)) return [];
  if (error.fields.length === 0) return changes;
  const fields = error.fields.map((field) => field.replaceAll(/\[\d+\]/g, ""));
  return changes.filter(
    (change) =>
      fields.some((field) => isWithin(fieldName(change.path), field)) ||
      error.fields.some((field) => field.startsWith(pathText(change.path))),
  );
}

/** `spec.containers.image`: a path without the indices of arrays. */
function fieldName(path: PropertyPath): string {
  return path.filter((step) => typeof step === "string").join(".");
}

function isWithin(name: string, field: string): boolean {
  return name === field || name.startsWith(`${field}.`);
}
