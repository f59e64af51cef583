import { accountPrincipal, type Statement } from "./policy-document.ts";

/** What a key is for. Each purpose has a key of its own: who may read secrets may not read backups. */
export type Purpose = "backups" | "secrets";

export interface KeyUse {
  readonly accountId: string;
  readonly purpose: Purpose;
  /** Regions of AWS in which the key or a copy of it is. */
  readonly regions: readonly string[];
}

/** The longest that AWS offers: what a key has encrypted is lost with it. */
export const KEY_DELETION_WINDOW_DAYS = 30;

const SERVICES = { backups: "s3", secrets: "secretsmanager" } as const;

/** What an administrator and Pulumi need. Neither encrypting nor decrypting is among it. */
const ADMINISTRATION = [
  "kms:CancelKeyDeletion",
  "kms:CreateAlias",
  "kms:DeleteAlias",
  "kms:DescribeKey",
  "kms:DisableKey",
  "kms:DisableKeyRotation",
  "kms:EnableKey",
  "kms:EnableKeyRotation",
  "kms:GetKeyPolicy",
  "kms:GetKeyRotationStatus",
  "kms:ListGrants",
  "kms:ListKeyPolicies",
  "kms:ListKeyRotations",
  "kms:ListResourceTags",
  "kms:PutKeyPolicy",
  "kms:ReplicateKey",
  "kms:RevokeGrant",
  "kms:RotateKeyOnDemand",
  "kms:ScheduleKeyDeletion",
  "kms:TagResource",
  "kms:UntagResource",
  "kms:UpdateAlias",
  "kms:UpdateKeyDescription",
  "kms:UpdatePrimaryRegion",
];

/**
 * IAM decides who may use the key, and the key allows it through its one service alone: a stolen credential decrypts
 * nothing that was copied elsewhere. In the policy of a key the resource `*` means this key.
 */
export function keyPolicy({ accountId, purpose, regions }: KeyUse): Statement[] {
  const services = regions.map((region) => viaService(purpose, region));
  return [
    keyAdministration(accountId),
    {
      Sid: "UseThroughItsService",
      Effect: "Allow",
      Principal: accountPrincipal(accountId),
      Action: ["kms:Decrypt", "kms:DescribeKey", "kms:Encrypt", "kms:GenerateDataKey"],
      Resource: "*",
      Condition: { StringEquals: { "kms:CallerAccount": accountId, "kms:ViaService": services } },
    },
  ];
}

/** Lets those administer a key whom IAM of the account allows to. */
export function keyAdministration(accountId: string): Statement {
  return {
    Sid: "Administration",
    Effect: "Allow",
    Principal: accountPrincipal(accountId),
    Action: ADMINISTRATION,
    Resource: "*",
  };
}

/** The name of the service through which a key is used, as `kms:ViaService` has it. */
export function viaService(purpose: Purpose, region: string): string {
  return `${SERVICES[purpose]}.${region}.amazonaws.com`;
}
