import * as k8s from "@pulumi/kubernetes";
import * as pulumi from "@pulumi/pulumi";
import { ENV } from "../agent-runtime/src/contract.ts";
import type { KedaTiming } from "./agent-autoscaler/scaled-object.ts";
import type { QueueSignal } from "./agent-autoscaler/signals.ts";
import { AgentAutoscaler } from "./agent-autoscaler.ts";
import { buildAgentPod, type SecretReference } from "./agent-pod.ts";
import { type AgentServiceArgs, deploymentSpec, podEnvironment } from "./agent-service.ts";
import { labelsOf, selectorOf, workloadName } from "./naming.ts";

const TIER = "worker";

/** How many workers there are for how long a queue. */
export interface WorkersScaling {
  readonly minReplicas: number;
  readonly maxReplicas: number;
  readonly targetCpuPercent: number;
  readonly targetMemoryPercent: number;
  readonly scaleUpStabilizationSeconds: number;
  readonly scaleDownStabilizationSeconds: number;
  readonly timing: KedaTiming;
  readonly queue: Pick<QueueSignal, "sentinels" | "masterName" | "listName" | "entriesPerPod">;
  /** Secret in this namespace with the password of the store and of its Sentinels. KEDA reads it there. */
  readonly password: SecretReference;
  /**
   * User of the store and of its Sentinels by which KEDA reads the length of the queue. Default: the default user. On the
   * store it needs `+ping +info +select +eval +evalsha +type +llen` and the queue's key, on the Sentinels
   * `+ping +sentinel|get-master-addr-by-name +sentinel|sentinels +subscribe +psubscribe &*`.
   */
  readonly username?: string;
}

export interface AgentWorkersArgs extends Omit<AgentServiceArgs, "tier"> {
  /** Between how many pods, and by which queue. */
  readonly scaling: WorkersScaling;
}

/**
 * Pods of the agent runtime that take work from a queue. Nobody calls them, so that they have no Service; KEDA scales them on
 * the length of the queue.
 */
export class AgentWorkers extends pulumi.ComponentResource {
  /** Name of the Deployment. */
  readonly deploymentName: pulumi.Output<string>;

  constructor(name: string, args: AgentWorkersArgs, opts?: pulumi.ComponentResourceOptions) {
    super("claude-agents:service:AgentWorkers", name, {}, opts);
    const { namespace } = args;
    const child = { parent: this };
    const labels = labelsOf(TIER);
    const metadata = { name: workloadName(TIER), namespace, labels };
    const selector = { matchLabels: selectorOf(TIER) };

    const pod = buildAgentPod({ ...args, tier: TIER }, this.#addReferences(name, args));
    const spec = deploymentSpec(TIER, pod);
    const deployment = new k8s.apps.v1.Deployment(`${name}-deployment`, { metadata, spec }, child);
    new k8s.policy.v1.PodDisruptionBudget(
      `${name}-disruption`,
      {
        metadata,
        spec: { selector, maxUnavailable: 1, unhealthyPodEvictionPolicy: "AlwaysAllow" },
      },
      child,
    );

    this.deploymentName = deployment.metadata.name;
    this.#addAutoscaler(name, args);
    this.registerOutputs({ deploymentName: this.deploymentName });
  }

  /** No fixed names where a change must roll the pods. */
  #addReferences(name: string, args: AgentWorkersArgs) {
    const child = { parent: this };
    const labels = labelsOf(TIER);
    const generated = { namespace: args.namespace, labels };
    const data = { ...args.environment, ...podEnvironment({ ...args, tier: TIER }), [ENV.role]: "worker" };
    const environment = new k8s.core.v1.ConfigMap(
      `${name}-environment`,
      { metadata: generated, data },
      child,
    );
    const files = new k8s.core.v1.ConfigMap(
      `${name}-files`,
      { metadata: generated, data: args.files },
      child,
    );
    const secret = new k8s.core.v1.Secret(
      `${name}-secret`,
      { metadata: generated, stringData: args.secretEnvironment },
      child,
    );
    const account = new k8s.core.v1.ServiceAccount(
      `${name}-account`,
      { metadata: { ...generated, name: workloadName(TIER) }, automountServiceAccountToken: false },
      child,
    );
    return {
      environment: environment.metadata.name,
      files: files.metadata.name,
      secret: secret.metadata.name,
      account: account.metadata.name,
    };
  }

  #addAutoscaler(name: string, { namespace, scaling }: AgentWorkersArgs): void {
    const { queue, timing, password, username, ...bounds } = scaling;
    const authentication = workloadName(TIER);
    new k8s.apiextensions.CustomResource(
      `${name}-authentication`,
      {
        apiVersion: "keda.sh/v1alpha1",
        kind: "TriggerAuthentication",
        metadata: { name: authentication, namespace, labels: labelsOf(TIER) },
        spec: {
          secretTargetRef: ["password", "sentinelPassword"].map((parameter) => ({ parameter, ...password })),
        },
      },
      { parent: this },
    );
    const signal = {
      type: "queue",
      ...queue,
      authentication,
      ...(username === undefined ? {} : { username }),
    } as const;
    const { deploymentName } = this;
    const keda = { timing, signal };
    new AgentAutoscaler(
      `${name}-autoscaler`,
      { namespace, tier: TIER, deploymentName, ...bounds, keda },
      { parent: this },
    );
  }
}
