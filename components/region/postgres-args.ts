import type * as pulumi from "@pulumi/pulumi";
import type { RegionConfig, StackConfig } from "../config.ts";
import type { BackupArgs } from "../postgres/backup.ts";
import type { PostgresArgs } from "../postgres.ts";
import type { RegionRoles } from "./secrets-settings.ts";

/** Objects of the region that its stores refer to. */
export interface StoreObjects {
  readonly namespace: pulumi.Input<string>;
  readonly priorityClassName: pulumi.Input<string>;
}

/** What a region's database is made from. */
export function postgresArgs(
  region: RegionConfig,
  stack: StackConfig,
  objects: StoreObjects,
  roles: RegionRoles,
): PostgresArgs {
  const { postgres, imagePullSecrets, rotation, environment, coordinator, observability } = stack;
  const common = { ...objects, imagePullSecrets, rotation: rotation.postgres };
  switch (postgres.mode) {
    case "none":
      return { mode: "none" };
    case "single": {
      const { exporter, ...single } = postgres.single;
      return { mode: "single", ...common, ...single, ...(exporter.enabled ? { exporter } : {}) };
    }
    case "cluster": {
      const monitor = { region: region.name, environment };
      return {
        mode: "cluster",
        ...common,
        ...clusterArgs(postgres.cluster, roles),
        region: region.name,
        spread: coordinator.spread,
        ...(observability.enabled ? { monitor } : {}),
      };
    }
    case "external":
      if (postgres.external === undefined) return { mode: "none" };
      return { mode: "external", urlSecret: postgres.external.urlSecret };
  }
}

/** Backups are written by the role that is stated, or by that of the region. */
function clusterArgs({ backup, ...cluster }: StackConfig["postgres"]["cluster"], { database }: RegionRoles) {
  if (backup === undefined) return cluster;
  const { roleArn = backup.credentials === undefined ? database : undefined, ...settings } = backup;
  const args: BackupArgs = { ...settings, ...(roleArn === undefined ? {} : { roleArn }) };
  return { ...cluster, backup: args };
}
