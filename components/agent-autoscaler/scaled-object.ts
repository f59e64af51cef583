import type { IScaledObjectSpec } from "@kubernetes-models/keda/keda.sh/v1alpha1/ScaledObjectSpec";
import type { IScaleTriggers } from "@kubernetes-models/keda/keda.sh/v1alpha1/ScaleTriggers";
import { buildBehavior, type ScalingPace } from "./behavior.ts";
import { buildModifiers, TRIGGERS } from "./modifiers.ts";
import { podsQuery, requestsQuery, upstreamHeadroomQuery } from "./queries.ts";
import type { QueueSignal, RequestSignal, ScalingSignal } from "./signals.ts";

/** How KEDA asks, and what it does while nobody answers. */
export interface KedaTiming {
  /** Seconds between two looks at the signals. */
  readonly pollingIntervalSeconds: number;
  /** Seconds after the making of the object in which it removes no pods for want of load. */
  readonly initialCooldownSeconds: number;
  /** Looks in a row without an answer after which the number of pods is held. */
  readonly failuresBeforeHold: number;
}

export interface ScaledObjectArgs extends ScalingPace {
  readonly minReplicas: number;
  readonly maxReplicas: number;
  readonly targetCpuPercent: number;
  readonly targetMemoryPercent: number;
  readonly timing: KedaTiming;
  readonly signal: ScalingSignal;
  /** Name of the HorizontalPodAutoscaler that KEDA makes. */
  readonly hpaName: string;
}

/**
 * What KEDA watches for a workload. CPU and memory are read by the HorizontalPodAutoscaler itself; while the source of the
 * other signal is away, the workload keeps the pods that it has, and never has fewer than its minimum.
 */
export function buildScaledObject(args: ScaledObjectArgs): Omit<IScaledObjectSpec, "scaleTargetRef"> {
  const { minReplicas, maxReplicas, timing, signal, hpaName } = args;
  const modifiers = signal.type === "requests" ? buildModifiers(signal) : undefined;
  return {
    pollingInterval: timing.pollingIntervalSeconds,
    initialCooldownPeriod: timing.initialCooldownSeconds,
    minReplicaCount: minReplicas,
    maxReplicaCount: maxReplicas,
    fallback: {
      failureThreshold: timing.failuresBeforeHold,
      replicas: minReplicas,
      behavior: "currentReplicasIfHigher",
    },
    advanced: {
      horizontalPodAutoscalerConfig: { name: hpaName, behavior: buildBehavior(args) },
      ...(modifiers === undefined ? {} : { scalingModifiers: modifiers }),
    },
    triggers: [
      utilization("cpu", args.targetCpuPercent),
      utilization("memory", args.targetMemoryPercent),
      ...(signal.type === "requests" ? requestTriggers(signal) : [queueTrigger(signal)]),
    ],
  };
}

function utilization(type: "cpu" | "memory", percent: number): IScaleTriggers {
  return { type, metricType: "Utilization", metadata: { value: String(percent) } };
}

function requestTriggers(signal: RequestSignal): IScaleTriggers[] {
  const { series, requestsPerSecondPerPod, minUpstreamHeadroom, forecastQuery } = signal;
  const trigger = (name: string, query: string): IScaleTriggers => ({
    name,
    type: "prometheus",
    metricType: "AverageValue",
    metadata: {
      serverAddress: signal.prometheusUrl,
      query,
      threshold: String(requestsPerSecondPerPod),
      // No answer is not a load of zero: pods would be removed while nobody can see what they do.
      ignoreNullValues: "false",
    },
  });
  return [
    trigger(TRIGGERS.requests, requestsQuery(series)),
    ...(forecastQuery === undefined ? [] : [trigger(TRIGGERS.forecast, forecastQuery)]),
    ...(minUpstreamHeadroom === undefined
      ? []
      : [
          trigger(TRIGGERS.headroom, upstreamHeadroomQuery(series)),
          trigger(TRIGGERS.pods, podsQuery(series)),
        ]),
  ];
}

function queueTrigger(signal: QueueSignal): IScaleTriggers {
  return {
    name: TRIGGERS.queue,
    type: "redis-sentinel",
    metricType: "AverageValue",
    metadata: {
      addresses: signal.sentinels,
      sentinelMaster: signal.masterName,
      listName: signal.listName,
      listLength: String(signal.entriesPerPod),
      ...(signal.username === undefined
        ? {}
        : { username: signal.username, sentinelUsername: signal.username }),
    },
    authenticationRef: { name: signal.authentication },
  };
}
