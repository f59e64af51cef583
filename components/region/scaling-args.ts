import { NAMESPACE } from "../../agent-runtime/src/contract.ts";
import type { KedaArgs } from "../agent-autoscaler.ts";
import type { AgentServiceArgs } from "../agent-service.ts";
import type { StackConfig } from "../config.ts";
import { type Tier, workloadName } from "../naming.ts";

/** Gates of a new version: part of its requests that may fail, and what one may take in the mean. */
const MAX_ERROR_RATIO = 0.01;
const MAX_MEAN_SECONDS = 5;
const LOOK_INTERVAL_SECONDS = 30;
const LOOK_WINDOW_SECONDS = 60;

type Scaled = { readonly keda?: KedaArgs; readonly targetKind: "Deployment" | "Rollout" };

/** How the pods of a workload are scaled, beside the figures that are its own. */
export function scalingArgs(stack: StackConfig, region: string, tier: Tier): Scaled {
  const { kind, prometheusUrl, ...settings } = stack.autoscaling;
  const targetKind = stack.coordinator.delivery === "rollout" ? "Rollout" : "Deployment";
  if (kind === "hpa" || prometheusUrl === undefined) return { targetKind };
  const { pollingIntervalSeconds, initialCooldownSeconds, failuresBeforeHold } = settings;
  const { requestsPerSecondPerPod, minUpstreamHeadroom } = settings;
  return {
    targetKind,
    keda: {
      timing: { pollingIntervalSeconds, initialCooldownSeconds, failuresBeforeHold },
      signal: {
        type: "requests",
        prometheusUrl,
        series: { namespace: NAMESPACE, service: workloadName(tier), region },
        requestsPerSecondPerPod,
        ...(minUpstreamHeadroom === undefined ? {} : { minUpstreamHeadroom }),
      },
    },
  };
}

/** How a new version is judged, where it is. */
export function rolloutArgs(
  { coordinator, autoscaling: { prometheusUrl } }: StackConfig,
  region: string,
): Pick<AgentServiceArgs, "rollout"> {
  if (coordinator.delivery === "deployment" || prometheusUrl === undefined) return {};
  return {
    rollout: {
      prometheusUrl,
      namespace: NAMESPACE,
      region,
      maxErrorRatio: MAX_ERROR_RATIO,
      maxMeanSeconds: MAX_MEAN_SECONDS,
      intervalSeconds: LOOK_INTERVAL_SECONDS,
      windowSeconds: LOOK_WINDOW_SECONDS,
    },
  };
}
