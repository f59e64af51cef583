import * as k8s from "@pulumi/kubernetes";
import * as pulumi from "@pulumi/pulumi";
import { labelsOf } from "./naming.ts";

export interface AgentAutoscalerArgs {
  readonly namespace: pulumi.Input<string>;
  /** The Deployment whose number of pods this autoscaler alone decides. */
  readonly deploymentName: pulumi.Input<string>;
  /** Fewest pods. */
  readonly minReplicas: pulumi.Input<number>;
  /** Most pods. */
  readonly maxReplicas: pulumi.Input<number>;
  /** Mean CPU use, in percent of the request, to aim at. */
  readonly targetCpuPercent: pulumi.Input<number>;
  /** Mean memory use, in percent of the request, to aim at. */
  readonly targetMemoryPercent: pulumi.Input<number>;
  /** How long a need must last before pods are added, 0 to 60 s: longer would defeat the 15-second steps. */
  readonly scaleUpStabilizationSeconds: pulumi.Input<number>;
  /** How long pods must be idle before the first is removed. */
  readonly scaleDownStabilizationSeconds: pulumi.Input<number>;
}

/**
 * The one writer of the coordinator's replicas: fast up (double, or four more, every 15 s, whichever is more),
 * slow down (a tenth a minute).
 */
export class AgentAutoscaler extends pulumi.ComponentResource {
  constructor(name: string, args: AgentAutoscalerArgs, opts?: pulumi.ComponentResourceOptions) {
    super("claude-agents:scaling:AgentAutoscaler", name, {}, opts);

    new k8s.autoscaling.v2.HorizontalPodAutoscaler(
      `${name}-hpa`,
      {
        metadata: { name: args.deploymentName, namespace: args.namespace, labels: labelsOf("coordinator") },
        spec: {
          scaleTargetRef: { apiVersion: "apps/v1", kind: "Deployment", name: args.deploymentName },
          minReplicas: args.minReplicas,
          maxReplicas: args.maxReplicas,
          metrics: [
            utilization("cpu", args.targetCpuPercent),
            utilization("memory", args.targetMemoryPercent),
          ],
          behavior: {
            scaleUp: {
              stabilizationWindowSeconds: args.scaleUpStabilizationSeconds,
              selectPolicy: "Max",
              policies: [
                { type: "Percent", value: 100, periodSeconds: 15 },
                { type: "Pods", value: 4, periodSeconds: 15 },
              ],
            },
            scaleDown: {
              stabilizationWindowSeconds: args.scaleDownStabilizationSeconds,
              policies: [{ type: "Percent", value: 10, periodSeconds: 60 }],
            },
          },
        },
      },
      { parent: this },
    );

    this.registerOutputs({});
  }
}

function utilization(resource: "cpu" | "memory", percent: pulumi.Input<number>) {
  return {
    type: "Resource",
    resource: { name: resource, target: { type: "Utilization", averageUtilization: percent } },
  };
}
