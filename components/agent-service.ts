import * as k8s from "@pulumi/kubernetes";
import * as pulumi from "@pulumi/pulumi";
import {
  CONFIG_MOUNT_PATH,
  COORDINATOR,
  DEFAULT_PRE_STOP_SECONDS,
  ENV,
  PATHS,
  PORTS,
  terminationGraceSeconds,
} from "../agent-runtime/src/contract.ts";
import { labelsOf, selectorOf } from "./naming.ts";
import { RESTRICTED_CONTAINER, RESTRICTED_POD } from "./pod-security.ts";
import type { Resources } from "./quantity.ts";
import { type Spread, spreadOver } from "./spread.ts";

/** A key of a Secret that this stack does not make. */
export interface SecretReference {
  readonly name: string;
  readonly key: string;
}

export interface AgentServiceArgs {
  /** Namespace that holds everything of this component. */
  readonly namespace: pulumi.Input<string>;
  /** Image of the agent runtime, pinned by digest. */
  readonly image: pulumi.Input<string>;
  /** Plain environment of the coordinator. A change rolls the pods. */
  readonly environment: Record<string, pulumi.Input<string>>;
  /** Environment that is kept in a Secret. A change rolls the pods. */
  readonly secretEnvironment: Record<string, pulumi.Input<string>>;
  /** Environment that is read from Secrets made elsewhere. A change of those does not roll the pods. Default: none. */
  readonly secretReferences?: Record<string, SecretReference>;
  /** Files mounted read-only at `/app/config`, by name. A change rolls the pods. */
  readonly files: Record<string, pulumi.Input<string>>;
  /** What each pod is guaranteed and limited to. */
  readonly resources: Resources;
  /** Longest turn in seconds; a pod being removed keeps this long, and a margin, to finish. */
  readonly maxTurnSeconds: number;
  /** How strictly pods are spread over zones and nodes. */
  readonly spread: Spread;
}

const PROBE_TIMEOUT_SECONDS = 3;

/**
 * The coordinator: the pods that answer clients, with everything that keeps them answering through rollouts,
 * evictions and the loss of a zone. The number of pods is the autoscaler's business alone, so `replicas` is not set.
 */
export class AgentService extends pulumi.ComponentResource {
  /** Name of the Deployment, for the autoscaler. */
  readonly deploymentName: pulumi.Output<string>;
  /** Name of the Service, which listens on port 80 and, for metrics, on 9090. */
  readonly serviceName: pulumi.Output<string>;

  constructor(name: string, args: AgentServiceArgs, opts?: pulumi.ComponentResourceOptions) {
    super("claude-agents:service:AgentService", name, {}, opts);
    const child = { parent: this };
    const labels = labelsOf("coordinator");
    const selector = selectorOf("coordinator");
    const metadata = { name: COORDINATOR, namespace: args.namespace, labels };

    // No fixed names: a change makes a new object and the pods that refer to it roll, back as well as forth.
    const generated = { namespace: args.namespace, labels };
    const environment = new k8s.core.v1.ConfigMap(
      `${name}-environment`,
      { metadata: generated, data: { ...args.environment, ...drainEnvironment(args.maxTurnSeconds) } },
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
      {
        metadata,
        spec: {
          type: "ClusterIP",
          selector,
          ports: [
            { name: "http", port: 80, targetPort: "http", appProtocol: "http" },
            { name: "metrics", port: PORTS.metrics, targetPort: "metrics" },
          ],
        },
      },
      child,
    );
    new k8s.policy.v1.PodDisruptionBudget(
      `${name}-disruption`,
      {
        metadata,
        // Pods that do not work anyway must not hold up the drain of a node.
        spec: {
          selector: { matchLabels: selector },
          maxUnavailable: 1,
          unhealthyPodEvictionPolicy: "AlwaysAllow",
        },
      },
      child,
    );
    const deployment = new k8s.apps.v1.Deployment(
      `${name}-deployment`,
      {
        metadata,
        spec: {
          selector: { matchLabels: selector },
          strategy: { type: "RollingUpdate", rollingUpdate: { maxSurge: 1, maxUnavailable: 0 } },
          revisionHistoryLimit: 5,
          template: {
            metadata: { labels },
            spec: {
              serviceAccountName: account.metadata.name,
              automountServiceAccountToken: false,
              enableServiceLinks: false,
              securityContext: RESTRICTED_POD,
              terminationGracePeriodSeconds: terminationGraceSeconds(
                args.maxTurnSeconds,
                DEFAULT_PRE_STOP_SECONDS,
              ),
              topologySpreadConstraints: spreadOver(selector, args.spread, ["pod-template-hash"]),
              containers: [coordinatorContainer(args, environment, secret)],
              volumes: [
                { name: "config", configMap: { name: files.metadata.name } },
                { name: "tmp", emptyDir: { sizeLimit: "256Mi" } },
              ],
            },
          },
        },
      },
      child,
    );

    this.deploymentName = deployment.metadata.name;
    this.serviceName = service.metadata.name;
    this.registerOutputs({ deploymentName: this.deploymentName, serviceName: this.serviceName });
  }
}

function drainEnvironment(maxTurnSeconds: number): Record<string, string> {
  return {
    [ENV.maxTurnSeconds]: String(maxTurnSeconds),
    [ENV.preStopSeconds]: String(DEFAULT_PRE_STOP_SECONDS),
  };
}

function coordinatorContainer(
  args: AgentServiceArgs,
  environment: k8s.core.v1.ConfigMap,
  secret: k8s.core.v1.Secret,
): k8s.types.input.core.v1.Container {
  return {
    name: "coordinator",
    image: args.image,
    ports: Object.entries(PORTS).map(([name, containerPort]) => ({ name, containerPort })),
    envFrom: [
      { configMapRef: { name: environment.metadata.name } },
      { secretRef: { name: secret.metadata.name } },
    ],
    env: Object.entries(args.secretReferences ?? {}).map(([name, secretKeyRef]) => ({
      name,
      valueFrom: { secretKeyRef },
    })),
    resources: args.resources,
    securityContext: RESTRICTED_CONTAINER,
    volumeMounts: [
      { name: "config", mountPath: CONFIG_MOUNT_PATH, readOnly: true },
      { name: "tmp", mountPath: "/tmp" },
    ],
    lifecycle: { preStop: { sleep: { seconds: DEFAULT_PRE_STOP_SECONDS } } },
    ...probes(),
  };
}

/** Up to a minute to start; out of the Service within 10 s of trouble; restarted after half a minute without an answer. */
function probes(): Pick<
  k8s.types.input.core.v1.Container,
  "startupProbe" | "livenessProbe" | "readinessProbe"
> {
  const get = (path: string) => ({ httpGet: { path, port: "http" }, timeoutSeconds: PROBE_TIMEOUT_SECONDS });
  return {
    startupProbe: { ...get(PATHS.startup), periodSeconds: 2, failureThreshold: 30 },
    livenessProbe: { ...get(PATHS.health), periodSeconds: 10, failureThreshold: 3 },
    readinessProbe: { ...get(PATHS.ready), periodSeconds: 5, failureThreshold: 2 },
  };
}
