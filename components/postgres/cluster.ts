import * as k8s from "@pulumi/kubernetes";
import type * as pulumi from "@pulumi/pulumi";
import { clusterHost, labelsOf, POSTGRES } from "../naming.ts";
import { objectStoreSpec, scheduledBackupSpec } from "./backup.ts";
import { buildClusterNetwork } from "./cluster-network.ts";
import { type ClusterSpecArgs, clusterSpec, managedRoles, OBJECT_STORE } from "./cluster-spec.ts";
import { createCredentials, loginRole } from "./credentials.ts";
import { buildPodMonitor, type MonitorArgs } from "./pod-monitor.ts";

export interface ClusterArgs extends ClusterSpecArgs {
  /** Namespace of the platform, which has to be there before. */
  readonly namespace: pulumi.Input<string>;
  /** Where the series of its metrics are from. Default: nobody is asked to read them. */
  readonly monitor?: MonitorArgs;
}

/** Service of the operator that leads to the server which takes writes. */
const WRITER = `${POSTGRES}-rw`;

const CNPG_API = "postgresql.cnpg.io/v1";
const KINDS = {
  backups: ["barmancloud.cnpg.io/v1", "ObjectStore"],
  cluster: [CNPG_API, "Cluster"],
  schedule: [CNPG_API, "ScheduledBackup"],
  monitor: ["monitoring.coreos.com/v1", "PodMonitor"],
} as const;

/**
 * Servers that replicate, made and kept by the operator CloudNativePG, with backups by its Barman Cloud plugin. Certificates,
 * failover, Services and PodDisruptionBudgets are the operator's.
 *
 * @returns the URL for clients. A secret.
 */
export function createCluster(
  name: string,
  args: ClusterArgs,
  opts: pulumi.CustomResourceOptions,
): pulumi.Output<string> {
  const { backup, monitor, priorityClassName } = args;
  const add = (role: keyof typeof KINDS, objectName: string, spec: object, dependsOn: pulumi.Resource[]) => {
    const [apiVersion, kind] = KINDS[role];
    const metadata = metadataOf(objectName, args);
    const resource = { apiVersion, kind, metadata, spec };
    return new k8s.apiextensions.CustomResource(`${name}-${role}`, resource, { ...opts, dependsOn });
  };

  const network = createNetwork(name, args, opts);
  const { secrets, url } = createSecrets(name, args, opts);
  const store = backup === undefined ? [] : [add("backups", OBJECT_STORE, objectStoreSpec(backup), [])];
  const spec = {
    ...clusterSpec(args, managedRoles(args.rotation, secretNameOf)),
    ...takingOn(backup?.roleArn),
    ...(priorityClassName === undefined ? {} : { priorityClassName }),
  };
  const cluster = add("cluster", POSTGRES, spec, [network, ...secrets, ...store]);
  if (backup !== undefined) add("schedule", POSTGRES, scheduledBackupSpec(backup), [cluster]);
  if (monitor !== undefined) add("monitor", POSTGRES, buildPodMonitor(monitor), [cluster]);
  return url;
}

/** The operator makes the pods' ServiceAccount; EKS reads on it which role they take on. */
function takingOn(roleArn: pulumi.Input<string> | undefined) {
  if (roleArn === undefined) return {};
  return { serviceAccountTemplate: { metadata: { annotations: { "eks.amazonaws.com/role-arn": roleArn } } } };
}

function metadataOf(name: string, { namespace }: ClusterArgs) {
  return { name, namespace, labels: labelsOf("postgres") };
}

function createNetwork(name: string, args: ClusterArgs, opts: pulumi.CustomResourceOptions) {
  const metadata = metadataOf(`${POSTGRES}-operator`, args);
  const spec = buildClusterNetwork(args);
  return new k8s.networking.v1.NetworkPolicy(`${name}-network`, { metadata, spec }, opts);
}

function secretNameOf(generation: number): string {
  return `${POSTGRES}-password-${generation}`;
}

/** A Secret for each accepted generation, as the operator reads one per role. */
function createSecrets(name: string, args: ClusterArgs, opts: pulumi.CustomResourceOptions) {
  const { rotation } = args;
  const { passwords, url } = createCredentials(name, rotation, clusterHost(WRITER), opts);
  const secrets = rotation.accept.map((generation) => {
    const username = loginRole(generation);
    const metadata = metadataOf(secretNameOf(generation), args);
    return new k8s.core.v1.Secret(
      `${name}-secret-${generation}`,
      {
        // The operator looks at a Secret again when it changes only with this label.
        metadata: { ...metadata, labels: { ...metadata.labels, "cnpg.io/reload": "true" } },
        type: "kubernetes.io/basic-auth",
        stringData: { username, password: passwords[username] ?? "" },
      },
      opts,
    );
  });
  return { secrets, url };
}
