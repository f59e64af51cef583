import type { IScalingModifiers } from "@kubernetes-models/keda/keda.sh/v1alpha1/ScalingModifiers";
import type { RequestSignal } from "./signals.ts";

/** Names of the triggers, which the formula reads. */
export const TRIGGERS = {
  requests: "requests",
  forecast: "forecast",
  headroom: "headroom",
  pods: "pods",
  queue: "queue",
} as const;

/**
 * One figure out of several signals; undefined where the requests alone decide. The dearer of what is and what is expected
 * counts. Where the upstream's own limit is the bottleneck, more pods would only wait with more hands, so that no more is
 * asked for than the pods that are there are to serve; fewer requests still remove pods.
 */
export function buildModifiers(signal: RequestSignal): IScalingModifiers | undefined {
  const { requestsPerSecondPerPod: target, minUpstreamHeadroom, forecastQuery } = signal;
  if (minUpstreamHeadroom === undefined && forecastQuery === undefined) return undefined;
  const { requests, forecast, headroom, pods } = TRIGGERS;
  const demand = forecastQuery === undefined ? requests : `max(${requests}, ${forecast})`;
  const formula =
    minUpstreamHeadroom === undefined
      ? demand
      : `${headroom} < ${minUpstreamHeadroom} ? min(${demand}, ${pods} * ${target}) : ${demand}`;
  return { formula, target: String(target), metricType: "AverageValue" };
}
