import { z } from "zod";
import {
  cidr,
  httpsUrl,
  imageReference,
  label,
  memory,
  objectName,
  resourceFields,
  secretReference,
} from "./fields.ts";
import { completeMode, keepsBackups, oneCredential } from "./postgres-relations.ts";
import { requestsWithinLimits } from "./relations.ts";

const POSTGRES_DEFAULTS = {
  images: {
    single: "postgres:17.10-bookworm@sha256:4f736ae292687621d4dbe0d499ffd024a36bd2ee7d8ca6f2ccd4c800f047b394",
    cluster:
      "ghcr.io/cloudnative-pg/postgresql:17.11-202608310816-standard-bookworm@sha256:e8ffaff9d17011fb71f264d857c3b4c54cb86ed0443a4ecb0298cb96be708d4e",
    exporter:
      "quay.io/prometheuscommunity/postgres-exporter:v0.19.1@sha256:e96064f876226d94bb6ce48a4c4b3dd76edba91168ec1ab024e5c4b959310b0f",
  },
  single: {
    storage: "10Gi",
    requests: { cpu: "100m", memory: "256Mi" },
    limits: { cpu: "1", memory: "1Gi" },
  },
  exporter: {
    requests: { cpu: "10m", memory: "32Mi" },
    limits: { cpu: "100m", memory: "64Mi" },
  },
  cluster: {
    instances: 3,
    storage: "20Gi",
    walStorage: "10Gi",
    requests: { cpu: "500m", memory: "2Gi" },
    limits: { cpu: "2", memory: "2Gi" },
    schedule: "0 0 2 * * *",
    retentionDays: 30,
    operatorNamespace: "cnpg-system",
    /** The ranges of private networks. */
    apiServerCidrs: ["10.0.0.0/8", "172.16.0.0/12", "192.168.0.0/16"],
    backupCidrs: ["0.0.0.0/0"],
  },
} as const;

const cidrs = z.array(cidr).min(1).max(50);

const storageClass = objectName
  .exactOptional()
  .describe("Storage class of the volumes; the cluster's default when not stated");

const exporter = z
  .strictObject({
    enabled: z.boolean().default(true).describe("Whether metrics are told"),
    image: imageReference
      .default(POSTGRES_DEFAULTS.images.exporter)
      .describe("Image of postgres_exporter for PostgreSQL 17 or newer"),
    ...resourceFields(POSTGRES_DEFAULTS.exporter),
  })
  .check(...requestsWithinLimits);

const single = z
  .strictObject({
    image: imageReference
      .default(POSTGRES_DEFAULTS.images.single)
      .describe(
        "Debian image of PostgreSQL; of a newer major version it does not read the data of an older one",
      ),
    storage: memory.default(POSTGRES_DEFAULTS.single.storage).describe("Size of the volume"),
    storageClass,
    tlsSecretName: objectName
      .exactOptional()
      .describe(
        "Existing TLS Secret in namespace ai-agents; without one the pod makes a certificate at each start, which encrypts and proves nothing",
      ),
    ...resourceFields(POSTGRES_DEFAULTS.single),
    exporter: exporter.prefault({}).describe("Exporter of metrics beside the server"),
  })
  .check(...requestsWithinLimits);

const backup = z
  .strictObject({
    destination: z
      .string()
      .max(512)
      .regex(/^s3:\/\/[a-z0-9][a-z0-9.-]{1,61}[a-z0-9](\/[A-Za-z0-9._/-]*)?$/)
      .meta({ allowed: "a bucket and folder such as s3://agents-backups/postgres" })
      .describe(
        "Where base backups and the write-ahead log go; every region writes to a folder of its own in it",
      ),
    endpoint: httpsUrl
      .exactOptional()
      .describe("Address of an object storage that speaks S3; that of AWS when not stated"),
    cidrs: cidrs
      .default([...POSTGRES_DEFAULTS.cluster.backupCidrs])
      .describe("Address ranges of the object storage, opened for the servers"),
    roleArn: z
      .string()
      .max(512)
      .regex(/^arn:aws[a-z-]*:iam::\d{12}:role\/[\w+=,.@/-]+$/)
      .meta({ allowed: "an ARN such as arn:aws:iam::123456789012:role/agents-backups" })
      .exactOptional()
      .describe(
        "IAM role that the pods take on to write there, the same in every region; not stated and without credentials the one that the stack makes for each region (aws.backup)",
      ),
    credentials: z
      .strictObject({
        accessKeyId: secretReference.describe("Existing Secret that holds the id of the access key"),
        secretAccessKey: secretReference.describe("Existing Secret that holds the access key"),
      })
      .exactOptional()
      .describe("Access key instead of a role"),
    schedule: z
      .string()
      .max(64)
      .regex(/^[\d*,/-]+( [\d*,/-]+){5}$/)
      .meta({ allowed: "six fields, the first of them seconds, such as 0 0 2 * * *" })
      .default(POSTGRES_DEFAULTS.cluster.schedule)
      .describe("When base backups are made (UTC); the write-ahead log is archived all the time"),
    retentionDays: z
      .int()
      .min(1)
      .max(3650)
      .default(POSTGRES_DEFAULTS.cluster.retentionDays)
      .describe("Days that can be returned to"),
    serverName: label(40)
      .default("server-1")
      .describe(
        "Folder of this cluster's backups within that of its region. A restored cluster needs another one than the lost had",
      ),
  })
  .check(oneCredential);

const recovery = z.strictObject({
  serverName: label(40).describe("serverName that the lost cluster had"),
  targetTime: z.iso
    .datetime({ offset: true })
    .meta({ allowed: "a time such as 2026-01-31T12:00:00Z" })
    .exactOptional()
    .describe("Moment to return to; the latest possible when not stated"),
});

const cluster = z
  .strictObject({
    image: imageReference
      .default(POSTGRES_DEFAULTS.images.cluster)
      .describe("Image of PostgreSQL of CloudNativePG"),
    instances: z
      .int()
      .min(3)
      .max(9)
      .default(POSTGRES_DEFAULTS.cluster.instances)
      .describe(
        "Servers, one of which takes writes; each write is on two of them before it is confirmed, so that three survive the loss of one without a pause",
      ),
    storage: memory.default(POSTGRES_DEFAULTS.cluster.storage).describe("Size of each volume of data"),
    walStorage: memory
      .default(POSTGRES_DEFAULTS.cluster.walStorage)
      .describe("Size of each volume of write-ahead log, which grows while it cannot be archived"),
    storageClass,
    operatorNamespace: label(63)
      .default(POSTGRES_DEFAULTS.cluster.operatorNamespace)
      .describe("Namespace of CloudNativePG, which watches the servers"),
    apiServerCidrs: cidrs
      .default([...POSTGRES_DEFAULTS.cluster.apiServerCidrs])
      .describe("Address ranges of the Kubernetes API, which each server asks for its part in the cluster"),
    ...resourceFields(POSTGRES_DEFAULTS.cluster),
    backup: backup
      .exactOptional()
      .describe("Backups by the Barman Cloud plugin; required in environment production"),
    recovery: recovery
      .exactOptional()
      .describe("Makes the cluster from backups instead of empty. It counts only when the cluster is made"),
  })
  .check(keepsBackups, ...requestsWithinLimits);

const external = z.strictObject({
  urlSecret: secretReference.describe("Existing Secret that holds the postgres:// or postgresql:// URL"),
  cidrs: cidrs.describe("Address ranges of the database, opened for the agents"),
  ports: z
    .array(z.int().min(1).max(65_535))
    .min(1)
    .max(10)
    .default([5432])
    .describe("TCP ports of the database"),
});

/** The database of a region. */
export const postgresSchema = z
  .strictObject({
    mode: z
      .enum(["none", "single", "cluster", "external"])
      .default("none")
      .describe(
        "none: no database; single: one server, for stages that may be down for a minute, refused in production; cluster: three servers or more by the operator CloudNativePG; external: one that exists",
      ),
    single: single.prefault({}).describe("With mode single: the server"),
    cluster: cluster.prefault({}).describe("With mode cluster: the servers"),
    external: external.exactOptional().describe("With mode external: the database"),
  })
  .check(completeMode);

/** The configuration of the database with every default filled in. */
export type PostgresConfig = z.output<typeof postgresSchema>;
