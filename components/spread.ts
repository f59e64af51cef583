import type { types } from "@pulumi/kubernetes";
import type { Labels } from "./naming.ts";

/** `soft`: prefer the spread. `hard`: leave a pod pending rather than break it. */
export type Spread = "soft" | "hard";

const ZONE = "topology.kubernetes.io/zone";
const HOST = "kubernetes.io/hostname";

type Constraint = types.input.core.v1.TopologySpreadConstraint;

/**
 * Constraints that spread pods evenly over zones and, always by preference, over nodes: a strict rule would count a
 * full node as an empty one and hold back pods that others have room for.
 *
 * With `matchLabelKeys`, pods of another version of the workload are not counted, so that a rollout ends spread too.
 */
export function spreadOver(selector: Labels, spread: Spread, matchLabelKeys: string[] = []): Constraint[] {
  return [ZONE, HOST].map((topologyKey) => ({
    maxSkew: 1,
    topologyKey,
    whenUnsatisfiable: topologyKey === ZONE && spread === "hard" ? "DoNotSchedule" : "ScheduleAnyway",
    labelSelector: { matchLabels: selector },
    nodeTaintsPolicy: "Honor",
    ...(matchLabelKeys.length === 0 ? {} : { matchLabelKeys }),
  }));
}

/** Keeps two pods of a selection off one node, strictly or by preference. */
export function apartOnHosts(selector: Labels, spread: Spread): types.input.core.v1.Affinity {
  const term = { topologyKey: HOST, labelSelector: { matchLabels: selector } };
  return {
    podAntiAffinity:
      spread === "hard"
        ? { requiredDuringSchedulingIgnoredDuringExecution: [term] }
        : { preferredDuringSchedulingIgnoredDuringExecution: [{ weight: 100, podAffinityTerm: term }] },
  };
}
