import type { Field } from "../manifests/field.ts";
import { WORKLOAD_KINDS } from "../manifests/pod-templates.ts";
import { namespaceOf, type Placed, type Stack } from "../manifests/stack.ts";

/** A kind of CloudNativePG whose operator makes pods beside it. */
const POSTGRES_KIND = "Cluster";

/** Objects whose pods run in their own namespace, by themselves or by their operators. */
export function podMakersOf(stack: Stack): Placed[] {
  const clusters = stack.ofKind(POSTGRES_KIND).filter(({ manifest }) => isCloudNativePg(manifest.root));
  return [...stack.ofKind(...WORKLOAD_KINDS), ...clusters];
}

/** Other groups have a kind of this name too; where the group is not known yet, it may be this one. */
function isCloudNativePg(root: Field): boolean {
  const apiVersion = root.at("apiVersion");
  return apiVersion.unknown !== undefined || apiVersion.text?.startsWith("postgresql.cnpg.io/") === true;
}

/** A namespace of a cluster; undefined where its name is not known yet, or never. */
export function placeOf(placed: Placed): string | undefined {
  const name = namespaceFieldOf(placed);
  const fallback = placed.manifest.kind === "Namespace" ? undefined : namespaceOf(placed);
  const text = name.text ?? fallback;
  return text === undefined ? undefined : JSON.stringify([placed.cluster, text]);
}

/** Where an object says its namespace: a Namespace by its name. */
export function namespaceFieldOf({ manifest: { kind, root } }: Placed): Field {
  return root.at("metadata", kind === "Namespace" ? "name" : "namespace");
}
