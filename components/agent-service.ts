import * as k8s from "@pulumi/kubernetes";
import * as pulumi from "@pulumi/pulumi";
import { CONFIG_MOUNT_PATH, DEFAULT_PRE_STOP_SECONDS, ENV, PORTS } from "../agent-runtime/src/contract.ts";
import {
  type AgentPodArgs,
  buildAgentPod,
  SCRATCH_PATH,
  STORE_AUTHORITY_PATH,
  UPSTREAM_KEY_PATH,
} from "./agent-pod.ts";
import {
  analysisName,
  buildAnalysisTemplate,
  buildRolloutSpec,
  DEFAULT_PHASES,
  DEFAULT_SOAK_SECONDS,
  type RolloutGates,
} from "./agent-rollout.ts";
import { labelsOf, selectorOf, type Tier, workloadName } from "./naming.ts";

export interface AgentServiceArgs extends AgentPodArgs {
  /** Namespace that holds everything of this component. */
  readonly namespace: pulumi.Input<string>;
  /** Plain environment of the pods. A change rolls the pods. */
  readonly environment: Record<string, pulumi.Input<string>>;
  /** Environment that is kept in a Secret. A change rolls the pods. */
  readonly secretEnvironment: Record<string, pulumi.Input<string>>;
  /** Files mounted read-only at `/app/config`, by name. A change rolls the pods. */
  readonly files: Record<string, pulumi.Input<string>>;
  /** Makes an Argo Rollout, which judges each new version by these gates. Default: a Deployment. */
  readonly rollout?: RolloutGates;
}

type PodSpec = k8s.types.input.core.v1.PodSpec;

/** The label that a Rollout gives to the pods of one version. */
const ROLLOUT_HASH = "rollouts-pod-template-hash";

/**
 * The coordinator, or a class of agents with pods of its own: the pods that answer clients, with everything that keeps them answering through rollouts,
 * evictions and the loss of a zone. The number of pods is the autoscaler's business alone, so `replicas` is not set.
 */
export class AgentService extends pulumi.ComponentResource {
  /** Name of the Deployment or Rollout, for the autoscaler. */
  readonly deploymentName: pulumi.Output<string>;
  /** Name of the Service, which listens on port 80 and, for metrics, on 9090. */
  readonly serviceName: pulumi.Output<string>;

  constructor(name: string, args: AgentServiceArgs, opts?: pulumi.ComponentResourceOptions) {
    super("claude-agents:service:AgentService", name, {}, opts);
    const child = { parent: this };
    const labels = labelsOf(args.tier);
    const metadata = { name: workloadName(args.tier), namespace: args.namespace, labels };

    // No fixed names: a change makes a new object and the pods that refer to it roll, back as well as forth.
    const generated = { namespace: args.namespace, labels };
    const environment = new k8s.core.v1.ConfigMap(
      `${name}-environment`,
      { metadata: generated, data: { ...args.environment, ...podEnvironment(args) } },
      child,
    );
    const secret = new k8s.core.v1.Secret(
      `${name}-secret`,
      { metadata: generated, stringData: args.secretEnvironment },
      child,
    );
    const files = new k8s.core.v1.ConfigMap(
      `${name}-files`,
      { metadata: generated, data: args.files },
      child,
    );

    const account = new k8s.core.v1.ServiceAccount(
      `${name}-account`,
      { metadata, automountServiceAccountToken: false },
      child,
    );
    const service = new k8s.core.v1.Service(
      `${name}-service`,
      { metadata, spec: serviceSpec(args.tier) },
      child,
    );
    new k8s.policy.v1.PodDisruptionBudget(
      `${name}-disruption`,
      { metadata, spec: disruptionBudgetSpec(args.tier) },
      child,
    );
    const versioned = args.rollout === undefined ? args : { ...args, versionLabel: ROLLOUT_HASH };
    const pod = buildAgentPod(versioned, {
      environment: environment.metadata.name,
      secret: secret.metadata.name,
      files: files.metadata.name,
      account: account.metadata.name,
    });
    this.deploymentName =
      args.rollout === undefined
        ? new k8s.apps.v1.Deployment(
            `${name}-deployment`,
            { metadata, spec: deploymentSpec(args.tier, pod) },
            child,
          ).metadata.name
        : this.#addRollout(name, args.rollout, args.tier, { metadata, pod });
    this.serviceName = service.metadata.name;
    this.registerOutputs({ deploymentName: this.deploymentName, serviceName: this.serviceName });
  }

  /** The template of the analysis goes first: a Rollout that refers to none is refused. */
  #addRollout(
    name: string,
    gates: RolloutGates,
    tier: Tier,
    { metadata, pod }: { metadata: { name: string; namespace: pulumi.Input<string> }; pod: PodSpec },
  ): pulumi.Output<string> {
    const argo = { apiVersion: "argoproj.io/v1alpha1", metadata };
    const analysis = new k8s.apiextensions.CustomResource(
      `${name}-analysis`,
      {
        ...argo,
        kind: "AnalysisTemplate",
        metadata: { ...metadata, name: analysisName(tier) },
        spec: buildAnalysisTemplate(tier, gates),
      },
      { parent: this },
    );
    const phases = { tier, phases: DEFAULT_PHASES, soakSeconds: DEFAULT_SOAK_SECONDS };
    const rollout = new k8s.apiextensions.CustomResource(
      `${name}-rollout`,
      { ...argo, kind: "Rollout", spec: buildRolloutSpec(phases, pod) },
      { parent: this, dependsOn: [analysis] },
    );
    return rollout.metadata.name;
  }
}

/** What follows from how the pod is made: where its folders are, how long it drains. */
export function podEnvironment(args: AgentPodArgs): Record<string, string> {
  const { maxTurnSeconds, upstreamKeySecret, storeAuthoritySecret } = args;
  return {
    [ENV.configDir]: CONFIG_MOUNT_PATH,
    [ENV.dataDir]: SCRATCH_PATH,
    [ENV.maxTurnSeconds]: String(maxTurnSeconds),
    [ENV.preStopSeconds]: String(DEFAULT_PRE_STOP_SECONDS),
    ...(upstreamKeySecret === undefined ? {} : { [ENV.anthropicApiKeyFile]: UPSTREAM_KEY_PATH }),
    // Read by Node itself.
    ...(storeAuthoritySecret === undefined ? {} : { NODE_EXTRA_CA_CERTS: STORE_AUTHORITY_PATH }),
  };
}

function serviceSpec(tier: Tier): k8s.types.input.core.v1.ServiceSpec {
  return {
    type: "ClusterIP",
    selector: selectorOf(tier),
    ports: [
      { name: "http", port: 80, targetPort: "http", appProtocol: "http" },
      { name: "metrics", port: PORTS.metrics, targetPort: "metrics" },
    ],
  };
}

/** Pods that do not work anyway must not hold up the drain of a node. */
function disruptionBudgetSpec(tier: Tier): k8s.types.input.policy.v1.PodDisruptionBudgetSpec {
  return {
    selector: { matchLabels: selectorOf(tier) },
    maxUnavailable: 1,
    unhealthyPodEvictionPolicy: "AlwaysAllow",
  };
}

/** Pods of one version after another, never fewer than before. */
export function deploymentSpec(tier: Tier, pod: PodSpec): k8s.types.input.apps.v1.DeploymentSpec {
  return {
    selector: { matchLabels: selectorOf(tier) },
    strategy: { type: "RollingUpdate", rollingUpdate: { maxSurge: 1, maxUnavailable: 0 } },
    revisionHistoryLimit: 5,
    template: { metadata: { labels: labelsOf(tier) }, spec: pod },
  };
}
