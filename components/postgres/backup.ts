import type { IBarmanObjectStoreConfiguration } from "@kubernetes-models/cloudnative-pg/github.com/cloudnative-pg/barman-cloud/pkg/api/BarmanObjectStoreConfiguration";
import type { IScheduledBackupSpec } from "@kubernetes-models/cloudnative-pg/postgresql.cnpg.io/v1/ScheduledBackupSpec";
import type * as pulumi from "@pulumi/pulumi";
import type { PostgresConfig } from "../config/postgres-schema.ts";
import { POSTGRES } from "../naming.ts";
import { type Resources, withEphemeralStorage } from "../quantity.ts";

export type BackupArgs = Omit<NonNullable<PostgresConfig["cluster"]["backup"]>, "roleArn"> & {
  /** IAM role that the pods take on to write there. Default: none, they have credentials. */
  readonly roleArn?: pulumi.Input<string>;
};

/** Successor of the operator's own support of object storage, which 1.26 has deprecated. */
export const BACKUP_PLUGIN = "barman-cloud.cloudnative-pg.io";

/** What the plugin runs beside each server, to archive and to back up. */
export const BACKUP_SIDECAR: Resources = {
  requests: { cpu: "50m", memory: "128Mi" },
  limits: { cpu: "500m", memory: "512Mi" },
};
const SIDECAR_STORAGE = { request: "64Mi", limit: "512Mi" };

/** Of the plugin's kind `ObjectStore`, as far as it is used here. */
interface ObjectStoreSpec {
  readonly configuration: IBarmanObjectStoreConfiguration;
  readonly retentionPolicy: string;
  readonly instanceSidecarConfiguration: { readonly resources: ReturnType<typeof withEphemeralStorage> };
}

/** Where backups of all clusters of a stack are; each has a folder of its own, by {@link serverNameOf}. */
export function objectStoreSpec(backup: BackupArgs): ObjectStoreSpec {
  const { destination, endpoint, credentials, retentionDays } = backup;
  return {
    configuration: {
      destinationPath: destination,
      ...(endpoint === undefined ? {} : { endpointURL: endpoint }),
      s3Credentials: credentials === undefined ? { inheritFromIAMRole: true } : { ...credentials },
      wal: { compression: "gzip", maxParallel: 4 },
      data: { compression: "gzip" },
    },
    retentionPolicy: `${retentionDays}d`,
    instanceSidecarConfiguration: { resources: withEphemeralStorage(BACKUP_SIDECAR, SIDECAR_STORAGE) },
  };
}

/** The folder of a cluster within the destination. Two that wrote to one would destroy each other's log. */
export function serverNameOf(region: string, serverName: string): string {
  return `${region}.${serverName}`;
}

export function scheduledBackupSpec({ schedule }: BackupArgs): IScheduledBackupSpec {
  return {
    cluster: { name: POSTGRES },
    schedule,
    // A cluster without any base backup cannot be restored.
    immediate: true,
    backupOwnerReference: "self",
    method: "plugin",
    pluginConfiguration: { name: BACKUP_PLUGIN },
    target: "prefer-standby",
  };
}
