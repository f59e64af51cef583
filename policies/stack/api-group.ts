import type { Placed } from "../manifests/stack.ts";

/** The group of an object, empty for the core one: versions of one group are the same object, kinds of two are not. */
export function apiGroupOf({ manifest, resource }: Placed): string {
  return groupOf(manifest.root.at("apiVersion").text ?? typedVersionOf(resource.type));
}

/** The group of an apiVersion such as `apps/v1`; Pulumi's types call the core group by a name. */
export function groupOf(apiVersion: string): string {
  const [group = "", version] = apiVersion.split("/");
  return version === undefined || group === "core" ? "" : group;
}

/** Items of a typed list state no apiVersion; Pulumi's type has it, such as `kubernetes:apps/v1:DeploymentList`. */
function typedVersionOf(type: string): string {
  const [, apiVersion = ""] = type.split(":");
  return apiVersion;
}
