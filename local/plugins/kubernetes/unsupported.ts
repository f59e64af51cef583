import type { PropertyMap } from "../protocol/property-value.ts";

const MANIFESTS_INSTEAD =
  "declare the objects one by one (new kubernetes.apps.v1.Deployment(…)), or render the manifests beforehand and pass them to new kubernetes.yaml.ConfigGroup({ yaml })";

/** Why a type of resource is refused and what to use in its place; `undefined` if it is supported. */
export function typeRefusal(type: string, inputs: PropertyMap): string | undefined {
  const kind = type.slice(type.lastIndexOf(":") + 1);
  if (type.startsWith("kubernetes:helm.sh/")) {
    return `Helm releases are not supported by the embedded kubernetes provider; ${MANIFESTS_INSTEAD}`;
  }
  const { kind: objectKind = kind.replace(/Patch$/, "") } = inputs;
  if (kind === `${objectKind}Patch`) {
    return `${kind}: Patch resources are not supported by the embedded kubernetes provider; declare the whole object as ${objectKind} (resource option import takes over one that exists)`;
  }
  if (kind.endsWith("List") && Array.isArray(inputs["items"])) {
    return `${kind}: lists can be read, not made; declare the items one by one`;
  }
  return undefined;
}

/**
 * Why a component of the package (`yaml/v2`, Helm charts, Kustomize) is refused and what to use in its place.
 */
export function componentRefusal(type: string): string {
  return `${type} is not supported by the embedded kubernetes provider; ${MANIFESTS_INSTEAD}`;
}
