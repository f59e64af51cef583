import { z } from "zod";
import { distinctSecrets, lockedForRetention, somebodyToTell } from "./aws-relations.ts";
import { httpsUrl, label } from "./fields.ts";

const region = z
  .string()
  .regex(
    /^(af|ap|ca|eu|il|me|mx|sa|us)-(central|north|south|east|west|northeast|northwest|southeast|southwest)-[1-9]$/,
  )
  .meta({ allowed: "a region of AWS such as eu-west-1; those of China and of GovCloud are not supported" });

const accountId = z
  .string()
  .regex(/^\d{12}$/)
  .meta({ allowed: "the 12 digits of the account, in quotes", fix: 'write it as "123456789012"' });

const oidcProviderArn = z
  .string()
  .max(512)
  .regex(/^arn:aws:iam::\d{12}:oidc-provider\/[A-Za-z0-9.-]+(\/[A-Za-z0-9._-]+)*$/)
  .meta({
    allowed:
      "an ARN such as arn:aws:iam::123456789012:oidc-provider/oidc.eks.eu-west-1.amazonaws.com/id/EXAMPLE",
  });

const zoneId = z
  .string()
  .regex(/^Z[A-Z0-9]{5,31}$/)
  .meta({ allowed: "the id of a hosted zone, such as Z0123456789ABCDEFGHIJ" });

/** The name of a bucket has 63 characters; the account and the region take 28 of them. */
const BUCKET_PREFIX_LENGTH = 35;

const MAX_LOCK_DAYS = 3650;

const dns = z.strictObject({
  zoneId: zoneId.describe("Public hosted zone of Route 53 that exposure.host belongs to"),
});

const backup = z
  .strictObject({
    bucketPrefix: label(BUCKET_PREFIX_LENGTH).describe(
      "What the names of the buckets begin with; account and region follow. No other bucket of the account may have it",
    ),
    retentionDays: z
      .int()
      .min(1)
      .max(MAX_LOCK_DAYS)
      .default(30)
      .describe("Days after which a backup expires"),
    lockMode: z
      .enum(["governance", "compliance"])
      .default("governance")
      .describe(
        "Object Lock: with governance those with s3:BypassGovernanceRetention may delete a backup early; with compliance nobody may, the owner of the account included, and the bucket stays until the last one has expired",
      ),
    lockDays: z
      .int()
      .min(1)
      .max(MAX_LOCK_DAYS)
      .exactOptional()
      .describe(
        "Days for which no version can be changed or deleted; retentionDays when not stated, never fewer",
      ),
    replicate: z
      .boolean()
      .default(true)
      .describe("Copies each backup to a second region of the stack; off-site is what makes it a backup"),
  })
  .check(lockedForRetention);

const alarms = z
  .strictObject({
    emails: z
      .array(z.email().meta({ allowed: "an e-mail address" }))
      .max(20)
      .default([])
      .describe("Who gets mail from AWS; each has to confirm once"),
    httpsUrls: z
      .array(httpsUrl)
      .max(20)
      .default([])
      .describe("Addresses that get a POST signed by SNS; each has to confirm once"),
  })
  .check(somebodyToTell);

/** What the stack has in AWS. A stack without it needs no account there. */
export const awsSchema = z.strictObject({
  accountId: accountId.describe("The account; the stack refuses to touch another one"),
  home: label(24)
    .exactOptional()
    .describe(
      "Region of the stack in which backups, keys and secrets are made, the others get copies; the first one when not stated. It cannot be changed once they are there, and has nothing to do with failover.primary",
    ),
  dns: dns.exactOptional().describe("Moves clients between regions by Route 53, as failover says"),
  backup: backup.exactOptional().describe("Buckets for backups; without it there are none"),
  alarms: alarms
    .exactOptional()
    .describe("Tells people when Route 53 finds a region unhealthy, by way of AWS alone; needs dns"),
  secrets: z
    .array(label(64))
    .max(50)
    .check(distinctSecrets)
    .default([])
    .describe(
      "Secrets to make in Secrets Manager, below claude-agents/<environment>/, without values: set those there",
    ),
  protect: z
    .boolean()
    .default(true)
    .describe(
      "Refuses to delete buckets, keys and secrets. To destroy the stack set it to false and run an update first",
    ),
  retainOnDelete: z
    .boolean()
    .default(false)
    .describe(
      "Leaves buckets, keys and secrets in AWS when they are removed from the stack, instead of deleting them",
    ),
});

/** What AWS has to know of one region of the stack. */
export const regionAwsSchema = z.strictObject({
  region: region.describe("Region of AWS that the cluster is in, or closest to"),
  oidcProviderArn: oidcProviderArn
    .exactOptional()
    .describe(
      "Identity provider of the cluster, for roles of pods; without it the pods of this region get none",
    ),
});

/** The same with every default filled in. */
export type AwsSettings = z.output<typeof awsSchema>;
export type RegionAwsSettings = z.output<typeof regionAwsSchema>;
