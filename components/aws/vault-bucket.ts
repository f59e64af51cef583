import { Bucket } from "@pulumi/aws/s3/bucket.js";
import { BucketLifecycleConfiguration } from "@pulumi/aws/s3/bucketLifecycleConfiguration.js";
import { BucketObjectLockConfiguration } from "@pulumi/aws/s3/bucketObjectLockConfiguration.js";
import { BucketOwnershipControls } from "@pulumi/aws/s3/bucketOwnershipControls.js";
import { BucketPolicy } from "@pulumi/aws/s3/bucketPolicy.js";
import { BucketPublicAccessBlock } from "@pulumi/aws/s3/bucketPublicAccessBlock.js";
import { BucketServerSideEncryptionConfiguration } from "@pulumi/aws/s3/bucketServerSideEncryptionConfiguration.js";
import { BucketVersioning } from "@pulumi/aws/s3/bucketVersioning.js";
import type * as pulumi from "@pulumi/pulumi";
import { type Keeping, keep } from "./keeping.ts";
import { policyDocument, refusePlainText, type Statement } from "./policy-document.ts";

/** How long backups are there, and who may take them away earlier. */
export interface Retention {
  /** Days after which a backup expires. */
  readonly retentionDays: number;
  /** governance lets those with `s3:BypassGovernanceRetention` delete earlier; compliance lets nobody, not even the account. */
  readonly lockMode: "governance" | "compliance";
  /** Days for which each version can be neither changed nor deleted; at least `retentionDays`. */
  readonly lockDays: number;
}

/** A bucket of the vault, as those who write to it have to know it. */
export interface VaultPlace {
  /** Region of AWS. */
  readonly region: string;
  readonly bucketName: string;
  /** The key that it is encrypted with. */
  readonly keyArn: pulumi.Output<string>;
}

export interface VaultBucketArgs extends Keeping {
  readonly place: VaultPlace;
  readonly retention: Retention;
}

/** A bucket with everything that protects what is in it. */
export interface VaultBucket {
  readonly bucket: Bucket;
  /** Has to be there before anything is replicated from or to the bucket. */
  readonly versioning: BucketVersioning;
}

/** Makes a bucket and its settings as children of `parent`. */
export function createVaultBucket(
  name: string,
  args: VaultBucketArgs,
  parent: pulumi.ComponentResource,
): VaultBucket {
  const { retention } = args;
  const { bucketName, region, keyArn } = args.place;
  // The settings too: a bucket that stays must not become less safe than it was.
  const child = keep(args, { parent });
  const bucket = new Bucket(
    name,
    { bucket: bucketName, region, objectLockEnabled: true, forceDestroy: false },
    child,
  );
  const at = { bucket: bucket.bucket, region };

  const versioning = new BucketVersioning(
    `${name}-versioning`,
    { ...at, versioningConfiguration: { status: "Enabled" } },
    child,
  );
  new BucketObjectLockConfiguration(
    `${name}-lock`,
    { ...at, objectLockEnabled: "Enabled", rule: { defaultRetention: defaultRetention(retention) } },
    { ...child, dependsOn: [versioning] },
  );
  new BucketLifecycleConfiguration(
    `${name}-lifecycle`,
    { ...at, rules: lifecycleRules(retention) },
    { ...child, dependsOn: [versioning] },
  );
  new BucketServerSideEncryptionConfiguration(
    `${name}-encryption`,
    { ...at, rules: encryption(keyArn) },
    child,
  );
  new BucketOwnershipControls(
    `${name}-ownership`,
    { ...at, rule: { objectOwnership: "BucketOwnerEnforced" } },
    child,
  );
  const access = new BucketPublicAccessBlock(`${name}-access`, { ...at, ...NO_PUBLIC_ACCESS }, child);
  new BucketPolicy(
    `${name}-policy`,
    { ...at, policy: policyDocument(bucketPolicy(bucketName, keyArn)) },
    // S3 refuses two changes of the access to one bucket at a time.
    { ...child, dependsOn: [access] },
  );
  return { bucket, versioning };
}

const NO_PUBLIC_ACCESS = {
  blockPublicAcls: true,
  blockPublicPolicy: true,
  ignorePublicAcls: true,
  restrictPublicBuckets: true,
};

function defaultRetention({ lockMode, lockDays }: Retention) {
  return { mode: lockMode.toUpperCase(), days: lockDays };
}

/** Parts of an upload that was given up cost like a backup and show in no listing. */
const ABANDONED_UPLOAD_DAYS = 2;

/**
 * An expired backup is hidden first and deleted a day later. The lock, not these days, keeps what somebody overwrote or
 * deleted: the lifecycle skips locked versions until their time has come.
 */
function lifecycleRules({ retentionDays }: Retention) {
  const everything = { status: "Enabled", filter: { prefix: "" } };
  return [
    {
      id: "expire",
      ...everything,
      expiration: { days: retentionDays },
      noncurrentVersionExpiration: { noncurrentDays: 1 },
      abortIncompleteMultipartUpload: { daysAfterInitiation: ABANDONED_UPLOAD_DAYS },
    },
    // S3 does not take this together with days.
    { id: "remove-delete-markers", ...everything, expiration: { expiredObjectDeleteMarker: true } },
  ];
}

/** The bucket key asks KMS once for many objects instead of once for each. */
function encryption(keyArn: pulumi.Input<string>) {
  return [
    {
      bucketKeyEnabled: true,
      applyServerSideEncryptionByDefault: { sseAlgorithm: "aws:kms", kmsMasterKeyId: keyArn },
    },
  ];
}

/**
 * What asks for no encryption gets that of the bucket. What asks for another one, or for another key, is refused:
 * it could become unreadable with a key that nobody here keeps.
 */
function bucketPolicy(bucketName: string, keyArn: pulumi.Input<string>): Statement[] {
  const bucketArn = `arn:aws:s3:::${bucketName}`;
  const objects = `${bucketArn}/*`;
  const refusePuts = (Sid: string, header: string, only: pulumi.Input<string>): Statement => ({
    Sid,
    Effect: "Deny",
    Principal: "*",
    Action: "s3:PutObject",
    Resource: objects,
    Condition: { Null: { [header]: "false" }, StringNotEquals: { [header]: only } },
  });
  return [
    refusePlainText("s3:*", [bucketArn, objects]),
    {
      ...refusePlainText("s3:*", [bucketArn, objects]),
      Sid: "RefuseOldTls",
      Condition: { NumericLessThan: { "s3:TlsVersion": "1.2" } },
    },
    refusePuts("RefuseOtherEncryption", "s3:x-amz-server-side-encryption", "aws:kms"),
    refusePuts("RefuseOtherKeys", "s3:x-amz-server-side-encryption-aws-kms-key-id", keyArn),
  ];
}
