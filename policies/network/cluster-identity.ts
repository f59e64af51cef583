import { Field } from "../manifests/field.ts";
import type { Placed } from "../manifests/stack.ts";

/** Settings of a provider that say which cluster it reaches. */
const SETTINGS = ["kubeconfig", "cluster", "context"];

/**
 * The cluster of an object: two providers of the same settings reach one. By the provider alone where no context is
 * stated or something is not known yet; a context has its meaning in one kubeconfig, and many call theirs `default`.
 */
export function clusterOf({ resource, cluster }: Placed): string {
  const settings = Field.root(resource.provider?.props);
  const fields = SETTINGS.map((name) => settings.at(name));
  if (settings.at("context").missing || fields.some((field) => field.unknown)) return cluster;
  return JSON.stringify(fields.map(({ value }) => value ?? null));
}
