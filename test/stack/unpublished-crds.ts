/**
 * Kinds of CloudNativePG and of its backup plug-in, whose CRDs cannot be had from the package registries. Here they take any
 * object: what the stack says in them is checked by their published types in the tests of the components.
 */
const KINDS = [
  { group: "postgresql.cnpg.io", kind: "Cluster" },
  { group: "postgresql.cnpg.io", kind: "ScheduledBackup" },
  { group: "barmancloud.cnpg.io", kind: "ObjectStore" },
];

/** CRDs without schemas, for an API server that is to store objects of these kinds. */
export function unpublishedCrds(): object[] {
  return KINDS.map(({ group, kind }) => {
    const singular = kind.toLowerCase();
    const schema = { openAPIV3Schema: { type: "object", "x-kubernetes-preserve-unknown-fields": true } };
    return {
      apiVersion: "apiextensions.k8s.io/v1",
      kind: "CustomResourceDefinition",
      metadata: { name: `${singular}s.${group}` },
      spec: {
        group,
        names: { kind, listKind: `${kind}List`, plural: `${singular}s`, singular },
        scope: "Namespaced",
        versions: [{ name: "v1", served: true, storage: true, schema }],
      },
    };
  });
}
