import type { Field } from "../manifests/field.ts";
import type { Placed } from "../manifests/stack.ts";
import type { Autoscalers } from "../scaling/autoscalers.ts";
import { minimumOf } from "../scaling/replicas.ts";
import type { UnknownValue } from "../scaling/scale-target.ts";

/** The fewest pods that a workload runs, or which values would tell; NaN where a value is no number of pods. */
export type MinimumPods = number | readonly UnknownValue[];

/** A number that a manifest states, and what holds where it does not. */
interface Stated {
  readonly placed: Placed;
  readonly field: Field;
  readonly fallback: number;
}

/** Of a scaled workload the least minimum of its autoscalers; one that may sleep runs a single pod before it does. */
export function minimumPods(workload: Placed, autoscalers: Autoscalers): MinimumPods {
  const { autoscalers: scaling, unknown } = autoscalers.of(workload);
  if (unknown.length > 0) return unknown;
  if (scaling.length === 0) {
    const field = workload.manifest.root.at("spec", "replicas");
    return least([{ placed: workload, field, fallback: 1 }]);
  }
  const minimum = least(
    scaling.flatMap((placed) => minimumOf(placed.manifest).map((stated) => ({ placed, ...stated }))),
  );
  return typeof minimum === "number" ? Math.max(1, minimum) : minimum;
}

function least(all: readonly Stated[]): MinimumPods {
  const unknown = all.filter(({ field }) => field.unknown);
  if (unknown.length > 0) return unknown;
  const numbers = all.map(({ field, fallback }) => field.value ?? fallback);
  return Math.min(...numbers.map((number) => (typeof number === "number" ? number : Number.NaN)));
}
