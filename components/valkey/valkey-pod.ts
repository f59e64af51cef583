import type * as k8s from "@pulumi/kubernetes";
import type * as pulumi from "@pulumi/pulumi";
import { clusterHost, selectorOf, VALKEY, VALKEY_PORTS } from "../naming.ts";
import { RESTRICTED_CONTAINER, RESTRICTED_POD } from "../pod-security.ts";
import { pullSecretsOf } from "../pull-secrets.ts";
import { parseMemoryBytes, type Resources } from "../quantity.ts";
import { apartOnHosts, type Spread, spreadOver } from "../spread.ts";

/** What one pod of Valkey is made of. */
export interface ValkeyPodArgs extends Resources {
  /** Image with server and cli of Valkey or Redis 7, pinned by digest. */
  readonly image: pulumi.Input<string>;
  /** Names of Secrets that let the nodes pull the image. Default: none. */
  readonly imagePullSecrets?: readonly string[];
  /** Pods, each a server and a Sentinel. Odd, so that one side of any cut has a majority. */
  readonly replicas: number;
  /** Sentinels that must agree that the master is gone; a majority. */
  readonly quorum: number;
  /** Replicas that must be in contact for the master to take writes. Bounds what a failover can lose. */
  readonly minReplicasToWrite: number;
  /** Resources of the Sentinel beside each server. */
  readonly sentinel: Resources;
  /** How strictly pods are spread over zones and nodes. */
  readonly spread: Spread;
}

/** Names of the objects that the pods refer to. */
export interface ValkeyPodReferences {
  readonly secret: pulumi.Input<string>;
  readonly scripts: pulumi.Input<string>;
  readonly account: pulumi.Input<string>;
}

/** The files in this folder that the pods run. */
export const SCRIPTS = ["cluster.sh", "start-valkey.sh", "start-sentinel.sh", "probe.sh"] as const;
const SCRIPTS_PATH = "/scripts";
const DATA_PATH = "/data";

/** Name of the volume that each pod keeps its data and its Sentinel's knowledge on. */
export const DATA_VOLUME = "data";

/** Data takes this part of the memory limit; the rest is for replication buffers and the copy made while saving. */
const DATA_PART_OF_LIMIT = 0.6;

/** Time to write everything to disk. */
const TERMINATION_GRACE_SECONDS = 30;

type PodSpec = k8s.types.input.core.v1.PodSpec;
type Container = k8s.types.input.core.v1.Container;
type EnvVar = k8s.types.input.core.v1.EnvVar;

/** A server and its Sentinel, confined as the `restricted` standard demands. */
export function buildValkeyPod(args: ValkeyPodArgs, references: ValkeyPodReferences): PodSpec {
  const selector = selectorOf("valkey");
  const environment = containerEnvironment(args, references.secret);
  return {
    serviceAccountName: references.account,
    automountServiceAccountToken: false,
    enableServiceLinks: false,
    ...pullSecretsOf(args.imagePullSecrets),
    securityContext: RESTRICTED_POD,
    terminationGracePeriodSeconds: TERMINATION_GRACE_SECONDS,
    affinity: apartOnHosts(selector, args.spread),
    topologySpreadConstraints: spreadOver(selector, args.spread),
    containers: [serverContainer(args, environment), sentinelContainer(args, environment)],
    volumes: [
      { name: "scripts", configMap: { name: references.scripts } },
      { name: "tmp", emptyDir: { sizeLimit: "64Mi" } },
    ],
  };
}

/** Bytes of data that a server takes before it refuses writes; well below the limit at which the kernel kills it. */
export function maxMemoryBytes(memoryLimit: string): number {
  return Math.floor(parseMemoryBytes(memoryLimit) * DATA_PART_OF_LIMIT);
}

function containerEnvironment(args: ValkeyPodArgs, secretName: pulumi.Input<string>): EnvVar[] {
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

/** A process that still runs and answers nothing is restarted after a minute. */
const HUNG = { periodSeconds: 20, failureThreshold: 3 };

function serverContainer(args: ValkeyPodArgs, env: EnvVar[]): Container {
  return {
    ...containerOf(args.image, "start-valkey.sh", env),
    name: "valkey",
    ports: [{ name: "valkey", containerPort: VALKEY_PORTS.valkey }],
    resources: { requests: args.requests, limits: args.limits },
    // Up to 20 s to find the master, then up to 5 minutes to load the data.
    startupProbe: probe("server-alive", { periodSeconds: 5, failureThreshold: 64 }),
    livenessProbe: probe("server-alive", HUNG),
    // Whether updates and evictions may go on to the next pod. Failover does not ask for it: the Sentinels decide on what
    // they see themselves. So one question in 10 s will do, where each costs the node a process.
    readinessProbe: probe("server-ready", { periodSeconds: 10, failureThreshold: 1 }),
  };
}

function sentinelContainer(args: ValkeyPodArgs, env: EnvVar[]): Container {
  return {
    ...containerOf(args.image, "start-sentinel.sh", env),
    name: "sentinel",
    ports: [{ name: "sentinel", containerPort: VALKEY_PORTS.sentinel }],
    resources: { requests: args.sentinel.requests, limits: args.sentinel.limits },
    // A Sentinel waits for the first master before it starts.
    startupProbe: probe("sentinel-alive", { periodSeconds: 5, failureThreshold: 64 }),
    livenessProbe: probe("sentinel-alive", HUNG),
    // A connection costs the node nothing, a command in a container some 30 ms of CPU.
    readinessProbe: {
      tcpSocket: { port: "sentinel" },
      timeoutSeconds: 5,
      periodSeconds: 5,
      failureThreshold: 2,
    },
  };
}

function containerOf(
  image: pulumi.Input<string>,
  script: (typeof SCRIPTS)[number],
  env: EnvVar[],
): Omit<Container, "name"> {
  return {
    image,
    command: ["sh", `${SCRIPTS_PATH}/${script}`],
    env,
    securityContext: RESTRICTED_CONTAINER,
    volumeMounts: [
      { name: DATA_VOLUME, mountPath: DATA_PATH },
      { name: "scripts", mountPath: SCRIPTS_PATH, readOnly: true },
      { name: "tmp", mountPath: "/tmp" },
    ],
  };
}

function probe(check: string, timing: { periodSeconds: number; failureThreshold: number }) {
  return { exec: { command: ["sh", `${SCRIPTS_PATH}/probe.sh`, check] }, timeoutSeconds: 5, ...timing };
}
