import type { Field } from "../manifests/field.ts";
import type { Manifest } from "../manifests/manifest.ts";

const NAMES = ["maxUnavailable", "minAvailable"] as const;

/** The bound that a disruption budget sets. */
export interface DisruptionBound {
  readonly name: (typeof NAMES)[number];
  readonly field: Field;
}

/** The one bound of a budget; undefined where it sets both or neither. */
export function boundOf({ root }: Manifest): DisruptionBound | undefined {
  const set = NAMES.map((name) => ({ name, field: root.at("spec", name) })).filter(
    ({ field }) => !field.missing,
  );
  return set.length === 1 ? set[0] : undefined;
}

/**
 * How many of so many healthy pods the bound lets go; not a number where it is none. The API server rounds both shares
 * up, that of pods to keep and that of pods to let go.
 */
export function evictableOf({ name, field }: DisruptionBound, pods: number): number {
  const count = podsOf(field.value, pods);
  return name === "maxUnavailable" ? count : pods - count;
}

function podsOf(bound: unknown, pods: number): number {
  if (typeof bound === "number") return bound;
  const percent = typeof bound === "string" ? /^(\d{1,3})%$/.exec(bound)?.[1] : undefined;
  return percent === undefined ? Number.NaN : Math.ceil((Number(percent) * pods) / 100);
}
