import { type PodTemplate, podOf, WORKLOAD_KINDS } from "../manifests/pod-templates.ts";
import type { PolicyFacts } from "./facts.ts";
import type { Finding } from "./finding.ts";
import { objectPolicy } from "./object-policy.ts";
import type { Policy } from "./policy.ts";

/** A preventive policy over the pods that a workload makes, whatever its kind. */
export interface PodPolicyDefinition<Config extends object> extends PolicyFacts<Config> {
  /** Kinds of workloads that it looks at. Default: all. */
  readonly kinds?: readonly string[];
  readonly judge: (pod: PodTemplate, config: Config) => Iterable<Finding>;
  /** Repairs a pod template in place; returns whether it changed it. */
  readonly remediate?: (pod: PodTemplate, config: Config) => boolean;
}

/** Makes a policy that finds the pod template of every kind of workload by itself. */
export function podPolicy<Config extends object>({
  kinds = WORKLOAD_KINDS,
  judge,
  remediate,
  ...facts
}: PodPolicyDefinition<Config>): Policy & { readonly kinds: readonly string[] } {
  const policy = objectPolicy<Config>({
    ...facts,
    kinds,
    judge: (manifest, config) => podOf(manifest).flatMap((pod) => [...judge(pod, config)]),
    ...(remediate === undefined
      ? {}
      : {
          remediate: (manifest, config) =>
            podOf(manifest)
              .map((pod) => remediate(pod, config))
              .includes(true),
        }),
  });
  return { ...policy, kinds };
}
