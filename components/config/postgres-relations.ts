import { z } from "zod";
import { type Contradiction, relation } from "./relations.ts";

const mode = z.enum(["none", "single", "cluster", "external"]);

export const completeMode = relation(
  z.looseObject({ mode, external: z.unknown().optional() }),
  ({ mode, external }): Contradiction[] => {
    if ((mode === "external") === (external !== undefined)) return [];
    if (external !== undefined) {
      return [
        {
          path: ["external"],
          got: `a value, although mode is ${mode}`,
          allowed: "nothing: it belongs to mode external",
          fix: "remove external, or set mode to external",
        },
      ];
    }
    return [
      {
        path: ["external"],
        got: "nothing",
        allowed: "the database to use, with mode external",
        fix: "state external, or another mode",
      },
    ];
  },
);

const credentials = z.looseObject({
  roleArn: z.unknown().optional(),
  credentials: z.unknown().optional(),
});

export const oneCredential = relation(credentials, ({ roleArn, credentials }): Contradiction[] => {
  if (roleArn === undefined || credentials === undefined) return [];
  return [
    {
      path: ["roleArn"],
      got: "a role and an access key",
      allowed: "at most one of roleArn and credentials",
      fix: "remove credentials",
    },
  ];
});

const cloud = z.looseObject({ backup: z.unknown().optional() }).optional();
const backedUp = z.looseObject({
  aws: cloud,
  regions: z.array(
    z.looseObject({ aws: z.looseObject({ oidcProviderArn: z.unknown().optional() }).optional() }),
  ),
  postgres: z.looseObject({
    mode: z.string(),
    cluster: z.looseObject({
      backup: z
        .looseObject({ roleArn: z.unknown().optional(), credentials: z.unknown().optional() })
        .optional(),
    }),
  }),
});

/** The stack's own role, one a region, is there only where it makes a vault and knows the cluster's identity provider. */
export const backupsMayBeWritten = relation(backedUp, ({ aws, regions, postgres }): Contradiction[] => {
  const { backup } = postgres.cluster;
  if (postgres.mode !== "cluster" || backup === undefined) return [];
  if (backup.roleArn !== undefined || backup.credentials !== undefined) return [];
  const hasRoles = regions.every((region) => region.aws?.oidcProviderArn !== undefined);
  if (aws?.backup !== undefined && hasRoles) return [];
  return [
    {
      path: ["postgres", "cluster", "backup", "roleArn"],
      got: "neither a role nor an access key, in a stack that makes no roles for backups",
      allowed: "roleArn, credentials, or aws.backup with regions[].aws.oidcProviderArn in every region",
      fix: "state one of them",
    },
  ];
});

const recovered = z.looseObject({
  backup: z.looseObject({ serverName: z.string() }).optional(),
  recovery: z.looseObject({ serverName: z.string() }).optional(),
});

/** A restored cluster that archived into the folder of the lost one would mix both logs, and is refused by the plugin. */
export const keepsBackups = relation(recovered, ({ backup, recovery }): Contradiction[] => {
  if (recovery === undefined) return [];
  if (backup === undefined) {
    return [
      {
        path: ["recovery"],
        got: "a recovery without backup",
        allowed: "a recovery with backup, which says where the backups are",
        fix: "state backup, or remove recovery",
      },
    ];
  }
  if (backup.serverName !== recovery.serverName) return [];
  return [
    {
      path: ["backup", "serverName"],
      got: `"${backup.serverName}", from which the cluster is restored`,
      allowed: "another folder than that of the lost cluster",
      fix: "count it up: the restored cluster starts a log of its own",
    },
  ];
});

const labelled = z.looseObject({
  environment: z.string(),
  postgres: z.looseObject({
    mode,
    cluster: z.looseObject({ backup: z.unknown().optional() }),
  }),
});

/** For the whole configuration. */
export const durableInProduction = relation(labelled, ({ environment, postgres }): Contradiction[] => {
  if (environment !== "production") return [];
  if (postgres.mode === "single") {
    return [
      {
        path: ["postgres", "mode"],
        got: "single, in environment production",
        allowed: "cluster, external or none: with one server every update is an outage",
        fix: "use cluster, with CloudNativePG in every region, or an external database",
      },
    ];
  }
  if (postgres.mode !== "cluster" || postgres.cluster.backup !== undefined) return [];
  return [
    {
      path: ["postgres", "cluster", "backup"],
      got: "no backups, in environment production",
      allowed: "a bucket for base backups and the write-ahead log",
      fix: "state postgres.cluster.backup",
    },
  ];
});
