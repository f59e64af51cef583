import type { Placed } from "../manifests/stack.ts";
import type { Autoscalers } from "../scaling/autoscalers.ts";
import { minimumOf } from "../scaling/replicas.ts";
import type { UnknownValue } from "../scaling/scale-target.ts";
import { wholeNumber } from "./whole-number.ts";

/**
 * How many pods a workload has at the least: the smallest minimum of its autoscalers, or else its replicas; or a value
 * that has to be known to tell. What is no whole number is refused elsewhere, and counts as none here.
 */
export function fewestPods(workload: Placed, autoscalers: Autoscalers): number | UnknownValue {
  const { autoscalers: scaling, unknown } = autoscalers.of(workload);
  const [open] = unknown;
  if (open !== undefined) return open;
  const replicas = { placed: workload, field: workload.manifest.root.at("spec", "replicas"), fallback: 1 };
  // Where KEDA lets a workload idle, a second bound says at how many pods: then nobody waits for them.
  const minima = scaling.flatMap((placed) =>
    minimumOf(placed.manifest)
      .slice(0, 1)
      .map((minimum) => ({ placed, ...minimum })),
  );
  const bounds = minima.length > 0 ? minima : [replicas];
  const unread = bounds.find(({ field }) => field.unknown);
  if (unread !== undefined) return { placed: unread.placed, field: unread.field };
  return Math.min(...bounds.map(({ field, fallback }) => wholeNumber(field, fallback) ?? 0));
}
