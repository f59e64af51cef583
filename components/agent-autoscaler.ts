import * as k8s from "@pulumi/kubernetes";
import * as pulumi from "@pulumi/pulumi";
import { buildBehavior, type ScalingPace } from "./agent-autoscaler/behavior.ts";
import { buildScaledObject, type KedaTiming } from "./agent-autoscaler/scaled-object.ts";
import type { ScalingSignal } from "./agent-autoscaler/signals.ts";
import { labelsOf, type Tier, workloadName } from "./naming.ts";

/** What KEDA adds to CPU and memory. */
export interface KedaArgs {
  readonly timing: KedaTiming;
  readonly signal: ScalingSignal;
}

export interface AgentAutoscalerArgs extends ScalingPace {
  /** Namespace of the platform, which has to be there before. */
  readonly namespace: pulumi.Input<string>;
  /** Whose pods these are. Default: the coordinator's. */
  readonly tier?: Tier;
  /** The workload whose number of pods this autoscaler alone decides. */
  readonly deploymentName: pulumi.Input<string>;
  /** What kind of workload that is. Default: a Deployment. */
  readonly targetKind?: "Deployment" | "Rollout";
  /** Fewest pods. */
  readonly minReplicas: number;
  /** Most pods. */
  readonly maxReplicas: number;
  /** Mean CPU use, in percent of the request, to aim at. */
  readonly targetCpuPercent: number;
  /** Mean memory use, in percent of the request, to aim at. */
  readonly targetMemoryPercent: number;
  /** Leaves the scaling to KEDA, by a further signal. Default: a HorizontalPodAutoscaler on CPU and memory. */
  readonly keda?: KedaArgs;
}

const API_VERSIONS = { Deployment: "apps/v1", Rollout: "argoproj.io/v1alpha1" } as const;

/**
 * The one writer of a workload's replicas: fast up (double, or four more, every 15 s, whichever is more), slow down (a
 * tenth a minute). With KEDA its operator makes the HorizontalPodAutoscaler, under the same name.
 */
export class AgentAutoscaler extends pulumi.ComponentResource {
  constructor(name: string, args: AgentAutoscalerArgs, opts?: pulumi.ComponentResourceOptions) {
    super("claude-agents:scaling:AgentAutoscaler", name, {}, opts);
    const { keda, tier = "coordinator", targetKind = "Deployment" } = args;
    const child = { parent: this };
    const metadata = { name: workloadName(tier), namespace: args.namespace, labels: labelsOf(tier) };
    const scaleTargetRef = {
      apiVersion: API_VERSIONS[targetKind],
      kind: targetKind,
      name: args.deploymentName,
    };

    if (keda === undefined) {
      new k8s.autoscaling.v2.HorizontalPodAutoscaler(
        `${name}-hpa`,
        { metadata: { ...metadata, name: args.deploymentName }, spec: { scaleTargetRef, ...hpaSpec(args) } },
        child,
      );
    } else {
      const spec = buildScaledObject({ ...args, ...keda, hpaName: metadata.name });
      new k8s.apiextensions.CustomResource(
        `${name}-scaled-object`,
        {
          apiVersion: "keda.sh/v1alpha1",
          kind: "ScaledObject",
          metadata,
          spec: { scaleTargetRef, ...spec },
        },
        child,
      );
    }

    this.registerOutputs({});
  }
}

function hpaSpec(args: AgentAutoscalerArgs) {
  const { minReplicas, maxReplicas, targetCpuPercent, targetMemoryPercent } = args;
  return {
    minReplicas,
    maxReplicas,
    metrics: [utilization("cpu", targetCpuPercent), utilization("memory", targetMemoryPercent)],
    behavior: buildBehavior(args),
  };
}

function utilization(resource: "cpu" | "memory", percent: number) {
  return {
    type: "Resource",
    resource: { name: resource, target: { type: "Utilization", averageUtilization: percent } },
  };
}
