import { readFileSync } from "node:fs";
import * as k8s from "@pulumi/kubernetes";
import * as pulumi from "@pulumi/pulumi";
import * as random from "@pulumi/random";
import { clusterHost, labelsOf, selectorOf, VALKEY, VALKEY_PORTS, valkeyUrl } from "./naming.ts";
import { RESTRICTED_CONTAINER, RESTRICTED_POD } from "./pod-security.ts";
import { parseMemoryBytes, type Resources } from "./quantity.ts";
import { apartOnHosts, type Spread, spreadOver } from "./spread.ts";

export interface ValkeyArgs extends Resources {
  readonly namespace: pulumi.Input<string>;
  /** Image with server and cli of Valkey or Redis 7, pinned by digest. */
  readonly image: pulumi.Input<string>;
  /** Pods, each a server and a Sentinel. Odd, so that one side of any cut has a majority. */
  readonly replicas: number;
  /** Sentinels that must agree that the master is gone; a majority. */
  readonly quorum: number;
  /** Replicas that must be in contact for the master to take writes. Bounds what a failover can lose, see below. */
  readonly minReplicasToWrite: number;
  /** Size of each volume. */
  readonly storage: pulumi.Input<string>;
  /** Storage class of the volumes. Default: the cluster's. */
  readonly storageClass?: pulumi.Input<string>;
  /** Resources of the Sentinel beside each server. */
  readonly sentinel: Resources;
  /** How strictly pods are spread over zones and nodes. */
  readonly spread: Spread;
}

/** Data takes this part of the memory limit; the rest is for replication buffers and the copy made while saving. */
const DATA_PART_OF_LIMIT = 0.6;

/** The Sentinels take a restarted replica for dead for up to 10 s; the next pod must not go before. */
const MIN_READY_SECONDS = 15;

const SCRIPTS = ["cluster.sh", "start-valkey.sh", "start-sentinel.sh", "probe.sh"] as const;
const SCRIPTS_PATH = "/scripts";
const DATA_PATH = "/data";

/**
 * The store of budgets, limits and queues: replicating servers, each with a Sentinel beside it, that elect a new master
 * within seconds when the old one is lost. It is no cache: nothing is evicted, writes fail when the memory is full.
 *
 * Replication is asynchronous: a master that is cut off can lose the writes of the last seconds, although they were
 * acknowledged. Writes that must survive that wait for a replica (`WAIT`).
 *
 * A new password restarts the pods one by one, and until the last has it the two halves do not replicate.
 */
export class Valkey extends pulumi.ComponentResource {
  /** `redis+sentinel://` URL of the master, without the password. */
  readonly url: pulumi.Output<string>;
  /** The generated password. A secret. */
  readonly password: pulumi.Output<string>;

  constructor(name: string, args: ValkeyArgs, opts?: pulumi.ComponentResourceOptions) {
    super("claude-agents:store:Valkey", name, {}, opts);
    const child = { parent: this };
    const labels = labelsOf("valkey");
    const selector = selectorOf("valkey");
    const metadata = { name: VALKEY, namespace: args.namespace, labels };
    const generated = { namespace: args.namespace, labels };

    // The password stands in configuration files and shell words: letters and digits only.
    const password = new random.RandomPassword(`${name}-password`, { length: 40, special: false }, child);
    const secret = new k8s.core.v1.Secret(
      `${name}-secret`,
      { metadata: generated, stringData: { password: password.result } },
      child,
    );
    const scripts = new k8s.core.v1.ConfigMap(
      `${name}-scripts`,
      { metadata: generated, data: readScripts() },
      child,
    );
    const account = new k8s.core.v1.ServiceAccount(
      `${name}-account`,
      { metadata, automountServiceAccountToken: false },
      child,
    );
    new k8s.core.v1.Service(
      `${name}-service`,
      {
        metadata,
        spec: {
          clusterIP: "None",
          // Pods must find each other before they are ready: readiness depends on replication.
          publishNotReadyAddresses: true,
          selector,
          ports: Object.entries(VALKEY_PORTS).map(([port, number]) => ({ name: port, port: number })),
        },
      },
      child,
    );
    new k8s.policy.v1.PodDisruptionBudget(
      `${name}-disruption`,
      { metadata, spec: { selector: { matchLabels: selector }, maxUnavailable: 1 } },
      child,
    );
    const environment = containerEnvironment(args, secret.metadata.name);
    new k8s.apps.v1.StatefulSet(
      `${name}-set`,
      {
        metadata,
        spec: {
          // A literal: the Service is not waited for, as it has no addresses before these pods exist.
          serviceName: VALKEY,
          replicas: args.replicas,
          podManagementPolicy: "Parallel",
          minReadySeconds: MIN_READY_SECONDS,
          selector: { matchLabels: selector },
          template: {
            metadata: { labels },
            spec: {
              serviceAccountName: account.metadata.name,
              automountServiceAccountToken: false,
              enableServiceLinks: false,
              securityContext: RESTRICTED_POD,
              terminationGracePeriodSeconds: 30,
              affinity: apartOnHosts(selector, args.spread),
              topologySpreadConstraints: spreadOver(selector, args.spread),
              containers: [serverContainer(args, environment), sentinelContainer(args, environment)],
              volumes: [
                { name: "scripts", configMap: { name: scripts.metadata.name } },
                { name: "tmp", emptyDir: { sizeLimit: "64Mi" } },
              ],
            },
          },
          volumeClaimTemplates: [dataVolume(args, labels)],
        },
      },
      child,
    );

    this.url = pulumi.output(valkeyUrl());
    this.password = pulumi.secret(password.result);
    this.registerOutputs({ url: this.url, password: this.password });
  }
}

/** Bytes of data that a server takes before it refuses writes; well below the limit at which the kernel kills it. */
export function maxMemoryBytes(memoryLimit: string): number {
  return Math.floor(parseMemoryBytes(memoryLimit) * DATA_PART_OF_LIMIT);
}

function readScripts(): Record<string, string> {
  return Object.fromEntries(
    SCRIPTS.map((script) => [script, readFileSync(new URL(`valkey/${script}`, import.meta.url), "utf8")]),
  );
}

function containerEnvironment(
  args: ValkeyArgs,
  secretName: pulumi.Output<string>,
): k8s.types.input.core.v1.EnvVar[] {
  const pods = Array.from({ length: args.replicas }, (_, ordinal) =>
    clusterHost(VALKEY, `${VALKEY}-${ordinal}`),
  );
  return [
    { name: "POD_NAME", valueFrom: { fieldRef: { fieldPath: "metadata.name" } } },
    { name: "VALKEY_SELF", value: clusterHost(VALKEY, "$(POD_NAME)") },
    { name: "VALKEY_PEERS", value: pods.join(" ") },
    { name: "VALKEY_PASSWORD", valueFrom: { secretKeyRef: { name: secretName, key: "password" } } },
    { name: "VALKEY_QUORUM", value: String(args.quorum) },
    { name: "VALKEY_MIN_REPLICAS", value: String(args.minReplicasToWrite) },
    { name: "VALKEY_MAXMEMORY", value: String(maxMemoryBytes(args.limits.memory)) },
    { name: "VALKEY_DATA_DIR", value: DATA_PATH },
  ];
}

type Container = k8s.types.input.core.v1.Container;

function serverContainer(args: ValkeyArgs, env: k8s.types.input.core.v1.EnvVar[]): Container {
  return {
    ...containerOf(args.image, "start-valkey.sh", env),
    name: "valkey",
    ports: [{ name: "valkey", containerPort: VALKEY_PORTS.valkey }],
    resources: { requests: args.requests, limits: args.limits },
    // Up to 20 s to find the master, then up to 5 minutes to load the data.
    startupProbe: probe("server-alive", { periodSeconds: 5, failureThreshold: 64 }),
    livenessProbe: probe("server-alive", { periodSeconds: 10, failureThreshold: 6 }),
    readinessProbe: probe("server-ready", { periodSeconds: 5, failureThreshold: 2 }),
  };
}

function sentinelContainer(args: ValkeyArgs, env: k8s.types.input.core.v1.EnvVar[]): Container {
  return {
    ...containerOf(args.image, "start-sentinel.sh", env),
    name: "sentinel",
    ports: [{ name: "sentinel", containerPort: VALKEY_PORTS.sentinel }],
    resources: { requests: args.sentinel.requests, limits: args.sentinel.limits },
    // A Sentinel waits for the first master before it starts.
    startupProbe: probe("sentinel-alive", { periodSeconds: 5, failureThreshold: 64 }),
    livenessProbe: probe("sentinel-alive", { periodSeconds: 10, failureThreshold: 6 }),
    readinessProbe: probe("sentinel-alive", { periodSeconds: 5, failureThreshold: 2 }),
  };
}

function containerOf(
  image: pulumi.Input<string>,
  script: (typeof SCRIPTS)[number],
  env: k8s.types.input.core.v1.EnvVar[],
): Omit<Container, "name"> {
  return {
    image,
    command: ["sh", `${SCRIPTS_PATH}/${script}`],
    env,
    securityContext: RESTRICTED_CONTAINER,
    volumeMounts: [
      { name: "data", mountPath: DATA_PATH },
      { name: "scripts", mountPath: SCRIPTS_PATH, readOnly: true },
      { name: "tmp", mountPath: "/tmp" },
    ],
  };
}

function probe(check: string, timing: { periodSeconds: number; failureThreshold: number }) {
  return { exec: { command: ["sh", `${SCRIPTS_PATH}/probe.sh`, check] }, timeoutSeconds: 5, ...timing };
}

function dataVolume(
  args: ValkeyArgs,
  labels: Record<string, string>,
): k8s.types.input.core.v1.PersistentVolumeClaim {
  return {
    metadata: { name: "data", labels },
    spec: {
      accessModes: ["ReadWriteOnce"],
      resources: { requests: { storage: args.storage } },
      ...(args.storageClass === undefined ? {} : { storageClassName: args.storageClass }),
    },
  };
}
