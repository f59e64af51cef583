import type { IClusterSpec } from "@kubernetes-models/cloudnative-pg/postgresql.cnpg.io/v1/ClusterSpec";
import type { IRoleConfiguration } from "@kubernetes-models/cloudnative-pg/postgresql.cnpg.io/v1/RoleConfiguration";
import type * as pulumi from "@pulumi/pulumi";
import type { PostgresConfig } from "../config/postgres-schema.ts";
import { POSTGRES, selectorOf } from "../naming.ts";
import { pullSecretsOf } from "../pull-secrets.ts";
import { withEphemeralStorage } from "../quantity.ts";
import type { Rotation } from "../rotating-password.ts";
import type { Spread } from "../spread.ts";
import { BACKUP_PLUGIN, type BackupArgs, serverNameOf } from "./backup.ts";
import { DATABASE, loginRole, OWNER } from "./credentials.ts";
import { sharedBuffers } from "./memory.ts";

export type ClusterSettings = Omit<PostgresConfig["cluster"], "backup"> & {
  /** Backups to object storage. Default: none. */
  readonly backup?: BackupArgs;
};

export interface ClusterSpecArgs extends ClusterSettings {
  /** Region, which names the folder of the backups. */
  readonly region: string;
  /** Generations of the application's password. */
  readonly rotation: Rotation;
  /** Names of Secrets that let the nodes pull the images. Default: none. */
  readonly imagePullSecrets?: readonly string[];
  /** How strictly servers are spread over zones and nodes. */
  readonly spread: Spread;
  /** Class that decides who goes first where a cluster is full. Default: the cluster's. */
  readonly priorityClassName?: pulumi.Input<string>;
}

/** Name of the ObjectStore. */
export const OBJECT_STORE = `${POSTGRES}-backups`;

/** Label of the operator on the pods of a cluster. */
export const CLUSTER_LABEL = "cnpg.io/cluster";

const EPHEMERAL_STORAGE = { request: "128Mi", limit: "1Gi" };

/** The cluster without what is an output. */
export function clusterSpec(args: ClusterSpecArgs, roles: IRoleConfiguration[]): IClusterSpec {
  const { instances, image, storage, walStorage, storageClass, spread, backup } = args;
  const volume = (size: string) => ({ size, ...(storageClass === undefined ? {} : { storageClass }) });
  return {
    instances,
    imageName: image,
    ...pullSecretsOf(args.imagePullSecrets),
    // The selector of our network policies; the operator sets its own labels beside.
    inheritedMetadata: { labels: selectorOf("postgres") },
    storage: volume(storage),
    walStorage: volume(walStorage),
    resources: withEphemeralStorage(args, EPHEMERAL_STORAGE),
    ephemeralVolumesSizeLimit: { shm: "256Mi", temporaryData: "512Mi" },
    affinity: {
      enablePodAntiAffinity: true,
      topologyKey: "kubernetes.io/hostname",
      podAntiAffinityType: spread === "hard" ? "required" : "preferred",
    },
    topologySpreadConstraints: zoneSpread(spread),
    enablePDB: true,
    enableSuperuserAccess: false,
    primaryUpdateStrategy: "unsupervised",
    primaryUpdateMethod: "switchover",
    postgresql: postgresql(args),
    bootstrap: bootstrap(args),
    managed: { roles },
    ...backups(args, backup),
  };
}

/** Over zones; nodes are left to the operator's own anti-affinity. */
function zoneSpread(spread: Spread): NonNullable<IClusterSpec["topologySpreadConstraints"]> {
  return [
    {
      maxSkew: 1,
      topologyKey: "topology.kubernetes.io/zone",
      whenUnsatisfiable: spread === "hard" ? "DoNotSchedule" : "ScheduleAnyway",
      labelSelector: { matchLabels: { [CLUSTER_LABEL]: POSTGRES } },
    },
  ];
}

function postgresql({ limits }: ClusterSpecArgs): NonNullable<IClusterSpec["postgresql"]> {
  return {
    parameters: { shared_buffers: sharedBuffers(limits.memory), password_encryption: "scram-sha-256" },
    pg_hba: ["hostnossl all all all reject"],
    // A write is confirmed when two servers have it: no failover loses it.
    synchronous: { method: "any", number: 1, dataDurability: "required" },
  };
}

const ORIGIN = "origin";

function bootstrap({ recovery }: ClusterSpecArgs): NonNullable<IClusterSpec["bootstrap"]> {
  const names = { database: DATABASE, owner: OWNER };
  if (recovery === undefined) return { initdb: { ...names, dataChecksums: true, encoding: "UTF8" } };
  const { targetTime } = recovery;
  return {
    recovery: {
      ...names,
      source: ORIGIN,
      ...(targetTime === undefined ? {} : { recoveryTarget: { targetTime } }),
    },
  };
}

function backups(
  { region, recovery }: ClusterSpecArgs,
  backup: BackupArgs | undefined,
): Pick<IClusterSpec, "plugins" | "externalClusters"> {
  if (backup === undefined) return {};
  const plugin = (serverName: string) => ({
    name: BACKUP_PLUGIN,
    parameters: { barmanObjectName: OBJECT_STORE, serverName: serverNameOf(region, serverName) },
  });
  return {
    plugins: [{ ...plugin(backup.serverName), isWALArchiver: true }],
    ...(recovery === undefined
      ? {}
      : { externalClusters: [{ name: ORIGIN, plugin: plugin(recovery.serverName) }] }),
  };
}

/**
 * The owning role, the accepted generations and, so that they are dropped, all earlier ones.
 *
 * @param secretOf name of the Secret with the password of a generation
 */
export function managedRoles(
  { accept }: Rotation,
  secretOf: (generation: number) => string,
): IRoleConfiguration[] {
  const generations = Array.from({ length: Math.max(...accept) }, (_, index) => index + 1);
  return [
    { name: OWNER, ensure: "present", login: false, comment: "Owns the application's data" },
    ...generations.map((generation): IRoleConfiguration => {
      const name = loginRole(generation);
      if (!accept.includes(generation)) return { name, ensure: "absent" };
      return {
        name,
        ensure: "present",
        login: true,
        inherit: true,
        inRoles: [OWNER],
        passwordSecret: { name: secretOf(generation) },
      };
    }),
  ];
}
