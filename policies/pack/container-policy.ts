import {
  CONTAINER_LISTS,
  type Container,
  type ContainerList,
  containersOf,
  WORKLOAD_KINDS,
} from "../manifests/pod-templates.ts";
import type { PolicyFacts } from "./facts.ts";
import type { Finding } from "./finding.ts";
import { objectPolicy } from "./object-policy.ts";
import type { Policy } from "./policy.ts";

/** A preventive policy over single containers, whatever kind of workload they stand in. */
export interface ContainerPolicyDefinition<Config extends object> extends PolicyFacts<Config> {
  /** Lists of a pod whose containers it looks at. Default: all three. */
  readonly lists?: readonly ContainerList[];
  readonly judge: (container: Container, config: Config) => Iterable<Finding>;
  /** Repairs a container in place; returns whether it changed it. */
  readonly remediate?: (container: Container, config: Config) => boolean;
}

/** Makes a policy that finds every container of every kind of workload by itself. */
export function containerPolicy<Config extends object>({
  lists = CONTAINER_LISTS,
  judge,
  remediate,
  ...facts
}: ContainerPolicyDefinition<Config>): Policy & { readonly lists: readonly ContainerList[] } {
  const policy = objectPolicy<Config>({
    ...facts,
    kinds: WORKLOAD_KINDS,
    judge: (manifest, config) =>
      containersOf(manifest, lists).flatMap((container) => [...judge(container, config)]),
    ...(remediate === undefined
      ? {}
      : {
          remediate: (manifest, config) =>
            containersOf(manifest, lists)
              .map((container) => remediate(container, config))
              .includes(true),
        }),
  });
  return { ...policy, lists };
}
