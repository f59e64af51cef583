import type * as k8s from "@pulumi/kubernetes";
import type * as pulumi from "@pulumi/pulumi";
import {
  CONFIG_MOUNT_PATH,
  DEFAULT_PRE_STOP_SECONDS,
  PATHS,
  PORTS,
  terminationGraceSeconds,
} from "../agent-runtime/src/contract.ts";
import { selectorOf, type Tier } from "./naming.ts";
import { RESTRICTED_CONTAINER, RESTRICTED_POD } from "./pod-security.ts";
import { pullSecretsOf } from "./pull-secrets.ts";
import { type Resources, withEphemeralStorage } from "./quantity.ts";
import { type Spread, spreadOver } from "./spread.ts";

/** A key of a Secret that this stack does not make. */
export interface SecretReference {
  readonly name: string;
  readonly key: string;
}

/** What one pod of the agent runtime is made of. */
export interface AgentPodArgs {
  /** Which pods these are. */
  readonly tier: Tier;
  /** Image of the agent runtime, pinned by digest. */
  readonly image: pulumi.Input<string>;
  /** Names of Secrets that let the nodes pull the image. Default: none. */
  readonly imagePullSecrets?: readonly string[];
  /** Environment that is read from Secrets made elsewhere. A change of those does not roll the pods. Default: none. */
  readonly secretReferences?: Record<string, SecretReference>;
  /**
   * Secret made elsewhere with the key of the upstream, or several, one a line. It is mounted as a file, which changes with
   * it: keys are rotated without a restart. Default: none.
   */
  readonly upstreamKeySecret?: SecretReference;
  /** Secret made elsewhere with the authority of a store that is reached by TLS. Default: those that Node knows. */
  readonly storeAuthoritySecret?: SecretReference;
  /** What each pod is guaranteed and limited to. */
  readonly resources: Resources;
  /** Longest turn in seconds; a pod being removed keeps this long, and a margin, to finish. */
  readonly maxTurnSeconds: number;
  /** How strictly pods are spread over zones and nodes. */
  readonly spread: Spread;
  /** Label by which the pods of one version are told from those of another. Default: that of Deployments. */
  readonly versionLabel?: string;
  /** Class that decides who goes first where a cluster is full. Default: the cluster's. */
  readonly priorityClassName?: pulumi.Input<string>;
}

/** Names of the objects that the pods refer to. */
export interface AgentPodReferences {
  readonly environment: pulumi.Input<string>;
  readonly secret: pulumi.Input<string>;
  readonly files: pulumi.Input<string>;
  readonly account: pulumi.Input<string>;
}

type PodSpec = k8s.types.input.core.v1.PodSpec;
type Container = k8s.types.input.core.v1.Container;
type Volume = k8s.types.input.core.v1.Volume;

/** The label that a Deployment gives to the pods of one version. */
const DEPLOYMENT_HASH = "pod-template-hash";

const PROBE_TIMEOUT_SECONDS = 3;

/** The scratch folder, and the logs that the node keeps until they are collected. */
const EPHEMERAL_STORAGE = { request: "128Mi", limit: "1Gi" };

/** The folder that a pod may write to. It lives as long as the pod, longer than its container. */
export const SCRATCH_PATH = "/tmp";

const UPSTREAM_KEY_FILE = { volume: "upstream-key", folder: "/app/secrets/upstream", file: "api-key" };
const STORE_AUTHORITY_FILE = { volume: "store-authority", folder: "/app/secrets/store", file: "ca.crt" };

/** Where the container finds the keys of the upstream. */
export const UPSTREAM_KEY_PATH = `${UPSTREAM_KEY_FILE.folder}/${UPSTREAM_KEY_FILE.file}`;

/** Where it finds the certificate of the authority that the store's certificate is from. */
export const STORE_AUTHORITY_PATH = `${STORE_AUTHORITY_FILE.folder}/${STORE_AUTHORITY_FILE.file}`;

/** Read by its group, which is the user's through `fsGroup`, and by nobody else. */
const SECRET_FILE_MODE = 0o440;

/** The agent runtime, confined as the `restricted` standard demands. */
export function buildAgentPod(args: AgentPodArgs, references: AgentPodReferences): PodSpec {
  return {
    serviceAccountName: references.account,
    automountServiceAccountToken: false,
    enableServiceLinks: false,
    ...pullSecretsOf(args.imagePullSecrets),
    ...(args.priorityClassName === undefined ? {} : { priorityClassName: args.priorityClassName }),
    securityContext: RESTRICTED_POD,
    terminationGracePeriodSeconds: terminationGraceSeconds(args.maxTurnSeconds, DEFAULT_PRE_STOP_SECONDS),
    topologySpreadConstraints: spreadOver(selectorOf(args.tier), args.spread, [
      args.versionLabel ?? DEPLOYMENT_HASH,
    ]),
    containers: [agentContainer(args, references)],
    volumes: [
      { name: "config", configMap: { name: references.files } },
      { name: "tmp", emptyDir: { sizeLimit: "256Mi" } },
      ...secretFiles(args).map(secretVolume),
    ],
  };
}

interface SecretFile {
  readonly volume: string;
  /** A folder of its own: files that are mounted one by one never change. */
  readonly folder: string;
  readonly file: string;
  readonly secret: SecretReference;
}

/** The files of Secrets made elsewhere that the pod reads; they follow the Secret without a restart. */
function secretFiles({ upstreamKeySecret, storeAuthoritySecret }: AgentPodArgs): SecretFile[] {
  return [
    ...(upstreamKeySecret === undefined ? [] : [{ ...UPSTREAM_KEY_FILE, secret: upstreamKeySecret }]),
    ...(storeAuthoritySecret === undefined
      ? []
      : [{ ...STORE_AUTHORITY_FILE, secret: storeAuthoritySecret }]),
  ];
}

function secretVolume({ volume, file, secret: { name, key } }: SecretFile): Volume {
  const items = [{ key, path: file }];
  return { name: volume, secret: { secretName: name, items, defaultMode: SECRET_FILE_MODE } };
}

function agentContainer(args: AgentPodArgs, references: AgentPodReferences): Container {
  return {
    name: typeof args.tier === "string" ? args.tier : "agent",
    image: args.image,
    ports: (["http", "metrics"] as const).map((name) => ({ name, containerPort: PORTS[name] })),
    envFrom: [{ configMapRef: { name: references.environment } }, { secretRef: { name: references.secret } }],
    env: Object.entries(args.secretReferences ?? {}).map(([name, secretKeyRef]) => ({
      name,
      valueFrom: { secretKeyRef },
    })),
    resources: withEphemeralStorage(args.resources, EPHEMERAL_STORAGE),
    securityContext: RESTRICTED_CONTAINER,
    volumeMounts: [
      { name: "config", mountPath: CONFIG_MOUNT_PATH, readOnly: true },
      { name: "tmp", mountPath: SCRATCH_PATH },
      ...secretFiles(args).map(({ volume, folder }) => ({ name: volume, mountPath: folder, readOnly: true })),
    ],
    lifecycle: { preStop: { sleep: { seconds: DEFAULT_PRE_STOP_SECONDS } } },
    ...probes(),
  };
}

/** Up to a minute to start; out of the Service within 10 s of trouble; restarted after half a minute without an answer. */
function probes(): Pick<Container, "startupProbe" | "livenessProbe" | "readinessProbe"> {
  const get = (path: string) => ({ httpGet: { path, port: "http" }, timeoutSeconds: PROBE_TIMEOUT_SECONDS });
  return {
    startupProbe: { ...get(PATHS.startup), periodSeconds: 2, failureThreshold: 30 },
    livenessProbe: { ...get(PATHS.health), periodSeconds: 10, failureThreshold: 3 },
    readinessProbe: { ...get(PATHS.ready), periodSeconds: 5, failureThreshold: 2 },
  };
}
