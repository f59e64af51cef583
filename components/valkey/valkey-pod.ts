import type * as k8s from "@pulumi/kubernetes";
import type * as pulumi from "@pulumi/pulumi";
import { clusterHost, selectorOf, VALKEY, VALKEY_EXPORTER_PORT, VALKEY_PORTS } from "../naming.ts";
import { RESTRICTED_CONTAINER, RESTRICTED_POD } from "../pod-security.ts";
import { pullSecretsOf } from "../pull-secrets.ts";
import { parseMemoryBytes, type Resources, withEphemeralStorage } from "../quantity.ts";
import { apartOnHosts, type Spread, spreadOver } from "../spread.ts";
import type { StoreUser } from "./access-lists.ts";

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
  /** Exporter of metrics beside each server. Default: none. */
  readonly exporter?: Resources & { readonly image: pulumi.Input<string> };
  /** Encrypts what goes between clients, servers and Sentinels. Default: nothing is encrypted. */
  readonly tls?: {
    /** Existing Secret with `tls.crt`, `tls.key` and `ca.crt`, for the names of the Service and of each pod. */
    readonly secretName: string;
  };
  /** Which pods go first when room runs out. Default: the cluster's default class. */
  readonly priorityClassName?: pulumi.Input<string>;
  /** How strictly pods are spread over zones and nodes. */
  readonly spread: Spread;
}

/** Keys of the Secret that the pods refer to: passwords to use, and who is let in. */
export const SECRET_KEYS = {
  internal: "password",
  exporter: "exporter-password",
  serverAccessList: "server.acl",
  sentinelAccessList: "sentinel.acl",
} as const;

/** Names of the objects that the pods refer to. */
export interface ValkeyPodReferences {
  /** Has `SECRET_KEYS`. */
  readonly secret: pulumi.Input<string>;
  readonly scripts: pulumi.Input<string>;
  readonly account: pulumi.Input<string>;
}

/** The files in this folder that the pods run. */
export const SCRIPTS = ["cluster.sh", "start-valkey.sh", "start-sentinel.sh", "probe.sh"] as const;
const SCRIPTS_PATH = "/scripts";
const DATA_PATH = "/data";
const TLS_PATH = "/tls";
const CA_FILE = `${TLS_PATH}/ca.crt`;

/** Name of the volume that each pod keeps its data and its Sentinel's knowledge on. */
export const DATA_VOLUME = "data";

/** Data takes this part of the memory limit; the rest is for replication buffers and the copy made while saving. */
const DATA_PART_OF_LIMIT = 0.6;

/** What a container writes to its node: what it logs. Data is on the volume. */
const EPHEMERAL_STORAGE = { request: "32Mi", limit: "256Mi" };

/** Time to write everything to disk. */
const TERMINATION_GRACE_SECONDS = 30;

type PodSpec = k8s.types.input.core.v1.PodSpec;
type Container = k8s.types.input.core.v1.Container;
type EnvVar = k8s.types.input.core.v1.EnvVar;

/** A server, its Sentinel, and an exporter where there is to be one, confined as the `restricted` standard demands. */
export function buildValkeyPod(args: ValkeyPodArgs, references: ValkeyPodReferences): PodSpec {
  const selector = selectorOf("valkey");
  const { exporter, priorityClassName } = args;
  return {
    serviceAccountName: references.account,
    automountServiceAccountToken: false,
    enableServiceLinks: false,
    ...(priorityClassName === undefined ? {} : { priorityClassName }),
    ...pullSecretsOf(args.imagePullSecrets),
    securityContext: RESTRICTED_POD,
    terminationGracePeriodSeconds: TERMINATION_GRACE_SECONDS,
    affinity: apartOnHosts(selector, args.spread),
    topologySpreadConstraints: spreadOver(selector, args.spread),
    containers: [
      serverContainer(args, containerEnvironment(args, references, "serverAccessList")),
      sentinelContainer(args, containerEnvironment(args, references, "sentinelAccessList")),
      ...(exporter === undefined ? [] : [exporterContainer(exporter, references, args)]),
    ],
    volumes: [
      { name: "scripts", configMap: { name: references.scripts } },
      { name: "tmp", emptyDir: { sizeLimit: "64Mi" } },
      ...(args.tls === undefined
        ? []
        : [{ name: "tls", secret: { secretName: args.tls.secretName, defaultMode: 0o440 } }]),
    ],
  };
}

/** Bytes of data that a server takes before it refuses writes; well below the limit at which the kernel kills it. */
export function maxMemoryBytes(memoryLimit: string): number {
  return Math.floor(parseMemoryBytes(memoryLimit) * DATA_PART_OF_LIMIT);
}

function containerEnvironment(
  args: ValkeyPodArgs,
  references: ValkeyPodReferences,
  accessList: "serverAccessList" | "sentinelAccessList",
): EnvVar[] {
  const pods = Array.from({ length: args.replicas }, (_, ordinal) =>
    clusterHost(VALKEY, `${VALKEY}-${ordinal}`),
  );
  return [
    POD_NAME,
    { name: "VALKEY_SELF", value: clusterHost(VALKEY, "$(POD_NAME)") },
    { name: "VALKEY_PEERS", value: pods.join(" ") },
    fromSecret("VALKEY_PASSWORD", references, "internal"),
    fromSecret("VALKEY_ACCESS_LIST", references, accessList),
    { name: "VALKEY_QUORUM", value: String(args.quorum) },
    { name: "VALKEY_MIN_REPLICAS", value: String(args.minReplicasToWrite) },
    { name: "VALKEY_MAXMEMORY", value: String(maxMemoryBytes(args.limits.memory)) },
    { name: "VALKEY_DATA_DIR", value: DATA_PATH },
    ...(args.tls === undefined ? [] : [{ name: "VALKEY_TLS_DIR", value: TLS_PATH }]),
  ];
}

const POD_NAME: EnvVar = { name: "POD_NAME", valueFrom: { fieldRef: { fieldPath: "metadata.name" } } };

function fromSecret(name: string, { secret }: ValkeyPodReferences, key: keyof typeof SECRET_KEYS): EnvVar {
  return { name, valueFrom: { secretKeyRef: { name: secret, key: SECRET_KEYS[key] } } };
}

/** A process that still runs and answers nothing is restarted after a minute. */
const HUNG = { periodSeconds: 20, failureThreshold: 3 };

function serverContainer(args: ValkeyPodArgs, env: EnvVar[]): Container {
  return {
    ...containerOf(args, "start-valkey.sh", env),
    name: "valkey",
    ports: [{ name: "valkey", containerPort: VALKEY_PORTS.valkey }],
    resources: withEphemeralStorage(args, EPHEMERAL_STORAGE),
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
    ...containerOf(args, "start-sentinel.sh", env),
    name: "sentinel",
    ports: [{ name: "sentinel", containerPort: VALKEY_PORTS.sentinel }],
    resources: withEphemeralStorage(args.sentinel, EPHEMERAL_STORAGE),
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

function exporterContainer(
  { image, ...resources }: NonNullable<ValkeyPodArgs["exporter"]>,
  references: ValkeyPodReferences,
  { tls }: ValkeyPodArgs,
): Container {
  const user: StoreUser = "exporter";
  return {
    name: "exporter",
    image,
    env: [
      ...exporterTarget(tls !== undefined),
      { name: "REDIS_USER", value: user },
      fromSecret("REDIS_PASSWORD", references, "exporter"),
      { name: "REDIS_EXPORTER_WEB_LISTEN_ADDRESS", value: `:${VALKEY_EXPORTER_PORT}` },
      // Not asked for: the settings tell the password of the replicas, and this user may not read them.
      { name: "REDIS_EXPORTER_CONFIG_COMMAND", value: "-" },
      { name: "REDIS_EXPORTER_SET_CLIENT_NAME", value: "false" },
    ],
    ports: [{ name: "exporter", containerPort: VALKEY_EXPORTER_PORT }],
    resources: withEphemeralStorage(resources, EPHEMERAL_STORAGE),
    securityContext: RESTRICTED_CONTAINER,
    ...(tls === undefined
      ? {}
      : { volumeMounts: [{ name: "tls", mountPath: CA_FILE, subPath: "ca.crt", readOnly: true }] }),
    // A page of its own: the metrics would ask the server each time.
    livenessProbe: {
      httpGet: { path: "/health", port: "exporter" },
      timeoutSeconds: 3,
      periodSeconds: 30,
      failureThreshold: 3,
    },
  };
}

/** By the pod's name where the certificate is looked at, which is for that name. */
function exporterTarget(hasTls: boolean): EnvVar[] {
  if (!hasTls) return [{ name: "REDIS_ADDR", value: `redis://127.0.0.1:${VALKEY_PORTS.valkey}` }];
  const host = clusterHost(VALKEY, "$(POD_NAME)");
  return [
    POD_NAME,
    { name: "REDIS_ADDR", value: `rediss://${host}:${VALKEY_PORTS.valkey}` },
    { name: "REDIS_EXPORTER_TLS_CA_CERT_FILE", value: CA_FILE },
  ];
}

function containerOf(
  { image, tls }: ValkeyPodArgs,
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
      ...(tls === undefined ? [] : [{ name: "tls", mountPath: TLS_PATH, readOnly: true }]),
    ],
  };
}

function probe(check: string, timing: { periodSeconds: number; failureThreshold: number }) {
  return { exec: { command: ["sh", `${SCRIPTS_PATH}/probe.sh`, check] }, timeoutSeconds: 5, ...timing };
}
