import type * as k8s from "@pulumi/kubernetes";
import type * as pulumi from "@pulumi/pulumi";
import { clusterHost, POSTGRES, POSTGRES_PORTS } from "../naming.ts";
import { RESTRICTED_CONTAINER, RESTRICTED_POD } from "../pod-security.ts";
import { pullSecretsOf } from "../pull-secrets.ts";
import { type Resources, withEphemeralStorage } from "../quantity.ts";
import { DATABASE, OWNER } from "./credentials.ts";
import { sharedBuffers } from "./memory.ts";

/** What the pod of a single server is made of. */
export interface PostgresPodArgs extends Resources {
  /** Debian image of PostgreSQL with `openssl` and `flock`, pinned by digest. */
  readonly image: pulumi.Input<string>;
  /** Names of Secrets that let the nodes pull the images. Default: none. */
  readonly imagePullSecrets?: readonly string[];
  /** Existing TLS Secret. Default: the pod makes a certificate at each start, which encrypts and proves nothing. */
  readonly tlsSecretName?: string;
  /** Exporter of metrics beside the server. Default: none. */
  readonly exporter?: Resources & { readonly image: pulumi.Input<string> };
  /** Class that decides who goes first where a cluster is full. Default: the cluster's. */
  readonly priorityClassName?: pulumi.Input<string>;
}

/** Names of the objects that the pod refers to. */
export interface PostgresPodReferences {
  readonly credentials: pulumi.Input<string>;
  readonly scripts: pulumi.Input<string>;
  readonly account: pulumi.Input<string>;
}

/** The files in this folder that the pod runs. */
export const SCRIPTS = ["start-postgres.sh", "roles.sh"] as const;

/** Key of the exporter's password, and the name of its role. */
export const EXPORTER_ROLE = "exporter";

/** Name of the volume with the data. */
export const DATA_VOLUME = "data";
/** Apart from the image's own `/var/lib/postgresql/data`: runtimes lay an empty volume over that, which a restart loses. */
const VOLUME_PATH = "/data";
const RUN_PATH = "/run/postgresql";
const SCRIPTS_PATH = "/scripts";
const CREDENTIALS_PATH = "/credentials";
const TLS_PATH = "/tls";

/** Read by its group, which is the user's through `fsGroup`, and by nobody else; PostgreSQL refuses keys open to more. */
const SECRET_FILE_MODE = 0o440;

/** Time to write everything to disk once the clients are cut off. */
const TERMINATION_GRACE_SECONDS = 60;

const EPHEMERAL_STORAGE = { request: "128Mi", limit: "1Gi" };
const EXPORTER_STORAGE = { request: "16Mi", limit: "128Mi" };

type PodSpec = k8s.types.input.core.v1.PodSpec;
type Container = k8s.types.input.core.v1.Container;

/** A server, and an exporter where there is to be one, confined as the `restricted` standard demands. */
export function buildPostgresPod(args: PostgresPodArgs, references: PostgresPodReferences): PodSpec {
  const { exporter, tlsSecretName, priorityClassName } = args;
  return {
    serviceAccountName: references.account,
    automountServiceAccountToken: false,
    enableServiceLinks: false,
    ...pullSecretsOf(args.imagePullSecrets),
    ...(priorityClassName === undefined ? {} : { priorityClassName }),
    securityContext: RESTRICTED_POD,
    terminationGracePeriodSeconds: TERMINATION_GRACE_SECONDS,
    containers: [serverContainer(args), ...(exporter === undefined ? [] : [exporterContainer(exporter)])],
    volumes: [
      { name: "scripts", configMap: { name: references.scripts } },
      { name: "credentials", secret: { secretName: references.credentials, defaultMode: SECRET_FILE_MODE } },
      { name: "run", emptyDir: { sizeLimit: "16Mi" } },
      { name: "tmp", emptyDir: { sizeLimit: "64Mi" } },
      ...(tlsSecretName === undefined
        ? []
        : [{ name: "tls", secret: { secretName: tlsSecretName, defaultMode: SECRET_FILE_MODE } }]),
    ],
  };
}

function serverContainer(args: PostgresPodArgs): Container {
  const hasCertificate = args.tlsSecretName !== undefined;
  return {
    name: "postgres",
    image: args.image,
    command: ["sh", `${SCRIPTS_PATH}/start-postgres.sh`],
    env: [
      { name: "POSTGRES_VOLUME", value: VOLUME_PATH },
      { name: "POSTGRES_CREDENTIALS", value: CREDENTIALS_PATH },
      { name: "POSTGRES_RUN", value: RUN_PATH },
      { name: "POSTGRES_HOST", value: clusterHost(POSTGRES) },
      { name: "POSTGRES_SHARED_BUFFERS", value: sharedBuffers(args.limits.memory) },
      ...(hasCertificate ? [{ name: "POSTGRES_TLS", value: TLS_PATH }] : []),
    ],
    ports: [{ name: "postgres", containerPort: POSTGRES_PORTS.postgres }],
    resources: withEphemeralStorage(args, EPHEMERAL_STORAGE),
    securityContext: RESTRICTED_CONTAINER,
    volumeMounts: [
      { name: DATA_VOLUME, mountPath: VOLUME_PATH },
      { name: "scripts", mountPath: SCRIPTS_PATH, readOnly: true },
      { name: "credentials", mountPath: CREDENTIALS_PATH, readOnly: true },
      { name: "run", mountPath: RUN_PATH },
      { name: "tmp", mountPath: "/tmp" },
      ...(hasCertificate ? [{ name: "tls", mountPath: TLS_PATH, readOnly: true }] : []),
    ],
    // SIGTERM alone would wait for every client to leave.
    lifecycle: {
      preStop: { exec: { command: ["pg_ctl", "-D", `${VOLUME_PATH}/data`, "-m", "fast", "-W", "stop"] } },
    },
    ...probes(),
  };
}

/** Up to 10 minutes to repeat what a crash left in the log; out of the Service within 10 s; restarted after a minute. */
function probes(): Pick<Container, "startupProbe" | "livenessProbe" | "readinessProbe"> {
  const isReady = `pg_isready -q -h 127.0.0.1 -U ${OWNER} -d ${DATABASE}`;
  const ask = (command: string) => ({ exec: { command: ["sh", "-c", command] }, timeoutSeconds: 5 });
  return {
    startupProbe: { ...ask(isReady), periodSeconds: 5, failureThreshold: 120 },
    // A server that refuses clients as it recovers answers 1, and is not to be disturbed.
    livenessProbe: { ...ask(`${isReady}; [ $? -le 1 ]`), periodSeconds: 20, failureThreshold: 3 },
    readinessProbe: { ...ask(isReady), periodSeconds: 5, failureThreshold: 2 },
  };
}

function exporterContainer({ image, ...resources }: NonNullable<PostgresPodArgs["exporter"]>): Container {
  const passwordFile = `${CREDENTIALS_PATH}/${EXPORTER_ROLE}`;
  return {
    name: "exporter",
    image,
    args: [`--web.listen-address=:${POSTGRES_PORTS.exporter}`],
    env: [
      { name: "DATA_SOURCE_URI", value: `127.0.0.1:${POSTGRES_PORTS.postgres}/${DATABASE}?sslmode=require` },
      { name: "DATA_SOURCE_USER", value: EXPORTER_ROLE },
      { name: "DATA_SOURCE_PASS_FILE", value: passwordFile },
    ],
    ports: [{ name: "exporter", containerPort: POSTGRES_PORTS.exporter }],
    resources: withEphemeralStorage(resources, EXPORTER_STORAGE),
    securityContext: RESTRICTED_CONTAINER,
    // Its own password alone.
    volumeMounts: [{ name: "credentials", mountPath: passwordFile, subPath: EXPORTER_ROLE, readOnly: true }],
    livenessProbe: {
      httpGet: { path: "/", port: "exporter" },
      timeoutSeconds: 3,
      periodSeconds: 30,
      failureThreshold: 3,
    },
  };
}
