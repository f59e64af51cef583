import type * as pulumi from "@pulumi/pulumi";
import { viaService } from "./key-policy.ts";
import type { Statement } from "./policy-document.ts";
import type { VaultPlace } from "./vault-bucket.ts";

/** Writes and reads below `backups/<region>/` of each bucket. Nothing is deleted: the lifecycle of the bucket does that. */
export function backupStatements(places: readonly VaultPlace[], region: string): Statement[] {
  const prefix = `backups/${region}/`;
  return [
    list(places, { StringLike: { "s3:prefix": `${prefix}*` } }),
    writeAndRead(places, prefix),
    ...places.map(useKey),
  ];
}

/**
 * What Barman Cloud needs below `postgres/`, in folders that begin with the region's name. It hides what it no longer
 * keeps, for which it needs a right to delete; that of versions is another one, and the lock holds against both.
 */
export function databaseStatements(places: readonly VaultPlace[], region: string): Statement[] {
  const prefix = `postgres/${region}.`;
  return [
    // It asks whether there is a bucket before it writes there: this action without a prefix.
    list(places, { StringLikeIfExists: { "s3:prefix": `${prefix}*` } }),
    writeAndRead(places, prefix),
    { Sid: "Hide", Effect: "Allow", Action: ["s3:DeleteObject"], Resource: objects(places, prefix) },
    ...places.map(useKey),
  ];
}

function list(places: readonly VaultPlace[], Condition: NonNullable<Statement["Condition"]>): Statement {
  const Resource = places.map(({ bucketName }) => `arn:aws:s3:::${bucketName}`);
  return { Sid: "List", Effect: "Allow", Action: ["s3:ListBucket"], Resource, Condition };
}

function writeAndRead(places: readonly VaultPlace[], prefix: string): Statement {
  return {
    Sid: "WriteAndRead",
    Effect: "Allow",
    Action: ["s3:AbortMultipartUpload", "s3:GetObject", "s3:ListMultipartUploadParts", "s3:PutObject"],
    Resource: objects(places, prefix),
  };
}

function objects(places: readonly VaultPlace[], prefix: string): string[] {
  return places.map(({ bucketName }) => `arn:aws:s3:::${bucketName}/${prefix}*`);
}

function useKey({ region, keyArn, bucketName }: VaultPlace): Statement {
  return {
    Sid: `UseKeyIn${capitalised(region)}`,
    Effect: "Allow",
    // S3 decrypts to put the parts of an upload together.
    Action: ["kms:Decrypt", "kms:GenerateDataKey"],
    Resource: keyArn,
    Condition: {
      StringEquals: {
        "kms:ViaService": viaService("backups", region),
        "kms:EncryptionContext:aws:s3:arn": `arn:aws:s3:::${bucketName}`,
      },
    },
  };
}

/** Reads the named secrets of one region of AWS, and finds no others. */
export function secretStatements(
  { arns, keyArn }: { readonly arns: readonly pulumi.Input<string>[]; readonly keyArn: pulumi.Input<string> },
  awsRegion: string,
): Statement[] {
  return [
    {
      Sid: "ReadSecrets",
      Effect: "Allow",
      Action: ["secretsmanager:DescribeSecret", "secretsmanager:GetSecretValue"],
      Resource: arns,
    },
    {
      Sid: "DecryptSecrets",
      Effect: "Allow",
      Action: ["kms:Decrypt"],
      Resource: keyArn,
      Condition: { StringEquals: { "kms:ViaService": viaService("secrets", awsRegion) } },
    },
  ];
}

/** A statement's id takes letters and digits only: `eu-west-1` becomes `EuWest1`. */
function capitalised(region: string): string {
  return region
    .split("-")
    .map((part) => part.charAt(0).toUpperCase() + part.slice(1))
    .join("");
}
