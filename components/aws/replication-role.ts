import { Role } from "@pulumi/aws/iam/role.js";
import { RolePolicy } from "@pulumi/aws/iam/rolePolicy.js";
import type * as pulumi from "@pulumi/pulumi";
import { viaService } from "./key-policy.ts";
import { policyDocument, type Statement } from "./policy-document.ts";
import type { VaultPlace } from "./vault-bucket.ts";

export interface ReplicationRoleOptions {
  readonly accountId: string;
  readonly from: VaultPlace;
  readonly to: VaultPlace;
}

/** The role as which S3 copies from one bucket of the vault to the other, and can do nothing else. */
export function createReplicationRole(
  name: string,
  { accountId, from, to }: ReplicationRoleOptions,
  child: pulumi.CustomResourceOptions,
): { readonly role: Role; readonly policy: RolePolicy } {
  const role = new Role(
    `${name}-role`,
    {
      description: "Copies backups to the second region",
      assumeRolePolicy: policyDocument([trustS3(accountId, from)]),
    },
    child,
  );
  const policy = new RolePolicy(
    `${name}-role-policy`,
    { role: role.name, policy: policyDocument(replicationStatements(from, to)) },
    child,
  );
  return { role, policy };
}

/** Only for this bucket: another one of S3's clients could otherwise have it act in its place. */
function trustS3(accountId: string, { bucketName }: VaultPlace): Statement {
  return {
    Sid: "S3OfThisBucket",
    Effect: "Allow",
    Principal: { Service: "s3.amazonaws.com" },
    Action: "sts:AssumeRole",
    Condition: {
      StringEquals: { "aws:SourceAccount": accountId },
      ArnEquals: { "aws:SourceArn": `arn:aws:s3:::${bucketName}` },
    },
  };
}

function replicationStatements(from: VaultPlace, to: VaultPlace): Statement[] {
  const source = `arn:aws:s3:::${from.bucketName}`;
  const target = `arn:aws:s3:::${to.bucketName}`;
  return [
    {
      Sid: "ReadConfiguration",
      Effect: "Allow",
      Action: ["s3:GetReplicationConfiguration", "s3:ListBucket"],
      Resource: source,
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
      Resource: `${source}/*`,
    },
    {
      Sid: "WriteCopies",
      Effect: "Allow",
      Action: ["s3:ReplicateObject", "s3:ReplicateTags"],
      Resource: `${target}/*`,
    },
    useKey("Decrypt", "kms:Decrypt", from),
    useKey("Encrypt", "kms:Encrypt", to),
  ];
}

/** With bucket keys S3 encrypts in the context of the bucket, not of the object. */
function useKey(Sid: string, Action: string, { region, bucketName, keyArn }: VaultPlace): Statement {
  return {
    Sid,
    Effect: "Allow",
    Action,
    Resource: keyArn,
    Condition: {
      StringEquals: {
        "kms:ViaService": viaService("backups", region),
        "kms:EncryptionContext:aws:s3:arn": `arn:aws:s3:::${bucketName}`,
      },
    },
  };
}
