import { describe, expect, test } from "vitest";
import { BackupVault } from "../../../components/aws/backup-vault.ts";
import type { Retention } from "../../../components/aws/vault-bucket.ts";
import { only, record, settled } from "../record-stack.ts";
import {
  ACCOUNT_ID,
  HOME,
  KEPT,
  namesByType,
  REFUSE_PLAIN_TEXT,
  SECOND,
  sampleKeys,
  statementsOf,
} from "./sample-cloud.ts";

const SOURCE = `agents-prod-${ACCOUNT_ID}-${HOME}`;
const COPY = `agents-prod-${ACCOUNT_ID}-${SECOND}`;
const RETENTION: Retention = { retentionDays: 30, lockMode: "governance", lockDays: 35 };

/** The vault, and the ARNs of its keys. */
async function build({ isCopied = true, retention = RETENTION } = {}) {
  const { resources, result } = await record(() => {
    const keys = sampleKeys("backups");
    const vault = new BackupVault("vault", {
      accountId: ACCOUNT_ID,
      bucketPrefix: "agents-prod",
      retention,
      region: HOME,
      ...(isCopied ? { replicaRegion: SECOND } : {}),
      keys,
      ...KEPT,
    });
    return { keys, vault };
  });
  const { keys, vault } = result;
  const arns = { home: await settled(keys.arnIn(HOME)), second: await settled(keys.arnIn(SECOND)) };
  return { resources, vault, arns };
}

const SETTINGS = {
  BucketLifecycleConfiguration: "lifecycle",
  BucketObjectLockConfiguration: "lock",
  BucketOwnershipControls: "ownership",
  BucketPolicy: "policy",
  BucketPublicAccessBlock: "access",
  BucketServerSideEncryptionConfiguration: "encryption",
  BucketVersioning: "versioning",
};

describe("the vault", () => {
  test("is a bucket and its copy with the same settings, and what copies from one to the other", async () => {
    const { resources, vault } = await build();
    const both = (role: string) => [`vault-bucket-${role}`, `vault-replica-${role}`];
    expect(namesByType(resources, "vault")).toEqual({
      Bucket: ["vault-bucket", "vault-replica"],
      ...Object.fromEntries(Object.entries(SETTINGS).map(([type, role]) => [type, both(role)])),
      BucketReplicationConfig: ["vault-replication"],
      Role: ["vault-replication-role"],
      RolePolicy: ["vault-replication-role-policy"],
    });
    expect(vault.places.map(({ region, bucketName }) => [region, bucketName])).toEqual([
      [HOME, SOURCE],
      [SECOND, COPY],
    ]);
  });

  test("without a second region is one bucket, and nothing is copied", async () => {
    const { resources, vault } = await build({ isCopied: false });
    expect(namesByType(resources, "vault")).toEqual({
      Bucket: ["vault-bucket"],
      ...Object.fromEntries(Object.entries(SETTINGS).map(([type, role]) => [type, [`vault-bucket-${role}`]])),
    });
    expect(vault.places.map(({ bucketName }) => bucketName)).toEqual([SOURCE]);
  });
});

describe.each([
  ["vault-bucket", HOME, SOURCE, "home"],
  ["vault-replica", SECOND, COPY, "second"],
] as const)("the bucket %s", (name, region, bucket, place) => {
  const inputsOf = async (type: string, role: string, retention = RETENTION) => {
    const { resources } = await build({ retention });
    return only(resources, `aws:s3/${type.charAt(0).toLowerCase()}${type.slice(1)}:${type}`, role).inputs;
  };

  test("is in its region, can lock, and is not emptied on deletion", async () => {
    expect(await inputsOf("Bucket", name)).toEqual({
      bucket,
      region,
      objectLockEnabled: true,
      forceDestroy: false,
    });
  });

  test("keeps versions", async () => {
    const inputs = await inputsOf("BucketVersioning", `${name}-versioning`);
    expect(inputs).toEqual({ bucket, region, versioningConfiguration: { status: "Enabled" } });
  });

  test.each([
    ["governance", "GOVERNANCE"],
    ["compliance", "COMPLIANCE"],
  ] as const)("locks in mode %s for the days that are stated", async (lockMode, mode) => {
    const inputs = await inputsOf("BucketObjectLockConfiguration", `${name}-lock`, {
      ...RETENTION,
      lockMode,
    });
    expect(inputs).toEqual({
      bucket,
      region,
      objectLockEnabled: "Enabled",
      rule: { defaultRetention: { mode, days: 35 } },
    });
  });

  test("hides what has expired, deletes it a day later, and drops uploads that were given up", async () => {
    const everything = { status: "Enabled", filter: { prefix: "" } };
    expect(await inputsOf("BucketLifecycleConfiguration", `${name}-lifecycle`)).toEqual({
      bucket,
      region,
      rules: [
        {
          id: "expire",
          ...everything,
          expiration: { days: 30 },
          noncurrentVersionExpiration: { noncurrentDays: 1 },
          abortIncompleteMultipartUpload: { daysAfterInitiation: 2 },
        },
        { id: "remove-delete-markers", ...everything, expiration: { expiredObjectDeleteMarker: true } },
      ],
    });
  });

  test("encrypts with the key of its own region", async () => {
    const { resources, arns } = await build();
    const type = "aws:s3/bucketServerSideEncryptionConfiguration:BucketServerSideEncryptionConfiguration";
    expect(only(resources, type, `${name}-encryption`).inputs).toEqual({
      bucket,
      region,
      rules: [
        {
          bucketKeyEnabled: true,
          applyServerSideEncryptionByDefault: { sseAlgorithm: "aws:kms", kmsMasterKeyId: arns[place] },
        },
      ],
    });
  });

  test("belongs to its owner alone and can never become public", async () => {
    expect(await inputsOf("BucketOwnershipControls", `${name}-ownership`)).toEqual({
      bucket,
      region,
      rule: { objectOwnership: "BucketOwnerEnforced" },
    });
    expect(await inputsOf("BucketPublicAccessBlock", `${name}-access`)).toEqual({
      bucket,
      region,
      blockPublicAcls: true,
      blockPublicPolicy: true,
      ignorePublicAcls: true,
      restrictPublicBuckets: true,
    });
  });

  test("refuses plain text, old TLS, other encryption and other keys, and allows nobody anything", async () => {
    const { resources, arns } = await build();
    const objects = `arn:aws:s3:::${bucket}/*`;
    const all = { Action: "s3:*", Resource: [`arn:aws:s3:::${bucket}`, objects] };
    const puts = { Effect: "Deny", Principal: "*", Action: "s3:PutObject", Resource: objects };
    const encryption = "s3:x-amz-server-side-encryption";
    const keyId = "s3:x-amz-server-side-encryption-aws-kms-key-id";
    expect(statementsOf(resources, "aws:s3/bucketPolicy:BucketPolicy", `${name}-policy`)).toEqual([
      { ...REFUSE_PLAIN_TEXT, ...all },
      {
        ...REFUSE_PLAIN_TEXT,
        ...all,
        Sid: "RefuseOldTls",
        Condition: { NumericLessThan: { "s3:TlsVersion": "1.2" } },
      },
      {
        Sid: "RefuseOtherEncryption",
        ...puts,
        Condition: { Null: { [encryption]: "false" }, StringNotEquals: { [encryption]: "aws:kms" } },
      },
      {
        Sid: "RefuseOtherKeys",
        ...puts,
        Condition: { Null: { [keyId]: "false" }, StringNotEquals: { [keyId]: arns[place] } },
      },
    ]);
  });
});

describe("copies", () => {
  test("are made of everything but deletions, and encrypted with the key of their own region", async () => {
    const { resources, arns } = await build();
    const inputs = only(
      resources,
      "aws:s3/bucketReplicationConfig:BucketReplicationConfig",
      "vault-replication",
    ).inputs;
    expect(inputs).toEqual({
      region: HOME,
      bucket: SOURCE,
      role: "arn:aws:iam::000000000000:role/vault-replication-role",
      rules: [
        {
          id: "everything",
          status: "Enabled",
          priority: 1,
          filter: { prefix: "" },
          deleteMarkerReplication: { status: "Disabled" },
          sourceSelectionCriteria: { sseKmsEncryptedObjects: { status: "Enabled" } },
          destination: {
            bucket: `arn:aws:s3:::${COPY}`,
            encryptionConfiguration: { replicaKmsKeyId: arns.second },
            metrics: { status: "Enabled" },
          },
        },
      ],
    });
  });

  test("are made by a role that S3 takes on for this bucket alone", async () => {
    const { resources } = await build();
    const trust = statementsOf(resources, "aws:iam/role:Role", "vault-replication-role", "assumeRolePolicy");
    expect(trust).toEqual([
      {
        Sid: "S3OfThisBucket",
        Effect: "Allow",
        Principal: { Service: "s3.amazonaws.com" },
        Action: "sts:AssumeRole",
        Condition: {
          StringEquals: { "aws:SourceAccount": ACCOUNT_ID },
          ArnEquals: { "aws:SourceArn": `arn:aws:s3:::${SOURCE}` },
        },
      },
    ]);
  });

  test("are made by a role that reads here, writes there, and deletes nowhere", async () => {
    const { resources, arns } = await build();
    const useKey = (Sid: string, Action: string, Resource: string, region: string, bucket: string) => ({
      Sid,
      Effect: "Allow",
      Action,
      Resource,
      Condition: {
        StringEquals: {
          "kms:ViaService": `s3.${region}.amazonaws.com`,
          "kms:EncryptionContext:aws:s3:arn": `arn:aws:s3:::${bucket}`,
        },
      },
    });
    const statements = statementsOf(
      resources,
      "aws:iam/rolePolicy:RolePolicy",
      "vault-replication-role-policy",
    );
    expect(statements).toEqual([
      {
        Sid: "ReadConfiguration",
        Effect: "Allow",
        Action: ["s3:GetReplicationConfiguration", "s3:ListBucket"],
        Resource: `arn:aws:s3:::${SOURCE}`,
      },
      {
        Sid: "ReadVersions",
        Effect: "Allow",
        Action: [
          "s3:GetObjectLegalHold",
          "s3:GetObjectRetention",
          "s3:GetObjectVersionAcl",
          "s3:GetObjectVersionForReplication",
          "s3:GetObjectVersionTagging",
        ],
        Resource: `arn:aws:s3:::${SOURCE}/*`,
      },
      {
        Sid: "WriteCopies",
        Effect: "Allow",
        Action: ["s3:ReplicateObject", "s3:ReplicateTags"],
        Resource: `arn:aws:s3:::${COPY}/*`,
      },
      useKey("Decrypt", "kms:Decrypt", arns.home, HOME, SOURCE),
      useKey("Encrypt", "kms:Encrypt", arns.second, SECOND, COPY),
    ]);
  });
});
