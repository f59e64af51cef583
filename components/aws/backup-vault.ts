import { BucketReplicationConfig } from "@pulumi/aws/s3/bucketReplicationConfig.js";
import * as pulumi from "@pulumi/pulumi";
import { type Keeping, keep } from "./keeping.ts";
import type { Keys } from "./keys.ts";
import { createReplicationRole } from "./replication-role.ts";
import { createVaultBucket, type Retention, type VaultBucket, type VaultPlace } from "./vault-bucket.ts";

export interface BackupVaultArgs extends Keeping {
  /** The account, 12 digits; part of the buckets' names, which are unique in the whole of AWS. */
  readonly accountId: string;
  /** What the names of the buckets begin with. */
  readonly bucketPrefix: string;
  /** For how long a backup cannot be deleted, and when it is. */
  readonly retention: Retention;
  /** Region of AWS in which backups are written. It cannot be moved. */
  readonly region: string;
  /** Region of AWS that gets a copy of each. Default: there are no copies. */
  readonly replicaRegion?: string;
  /** Keys of these regions. */
  readonly keys: Keys;
}

/** Where backups are kept: encrypted, locked against change and deletion, with a copy in another region. */
export class BackupVault extends pulumi.ComponentResource {
  /** The bucket that is written to, and its copy if there is one. */
  readonly places: readonly VaultPlace[];

  constructor(name: string, args: BackupVaultArgs, opts?: pulumi.ComponentResourceOptions) {
    super("claude-agents:aws:BackupVault", name, {}, opts);
    const { region, replicaRegion } = args;

    const source = this.#addBucket(`${name}-bucket`, args, region);
    if (replicaRegion !== undefined) {
      const replica = this.#addBucket(`${name}-replica`, args, replicaRegion);
      this.#replicate(name, args, source, replica);
    }

    this.places = [region, ...(replicaRegion === undefined ? [] : [replicaRegion])].map((each) =>
      placeIn(args, each),
    );
    this.registerOutputs({ places: this.places });
  }

  #addBucket(name: string, args: BackupVaultArgs, region: string): VaultBucket {
    const { protect, retainOnDelete, retention } = args;
    return createVaultBucket(
      name,
      { place: placeIn(args, region), retention, protect, retainOnDelete },
      this,
    );
  }

  /** Copies what is written, locks included. Deletions are not copied: the copy outlives a mistake and a theft. */
  #replicate(name: string, args: BackupVaultArgs, source: VaultBucket, replica: VaultBucket): void {
    const { region, replicaRegion = region } = args;
    const target = placeIn(args, replicaRegion);
    const child = keep(args, { parent: this });
    const { role, policy } = createReplicationRole(
      `${name}-replication`,
      { accountId: args.accountId, from: placeIn(args, region), to: target },
      child,
    );
    new BucketReplicationConfig(
      `${name}-replication`,
      {
        region,
        bucket: source.bucket.bucket,
        role: role.arn,
        rules: [
          {
            id: "everything",
            status: "Enabled",
            priority: 1,
            filter: { prefix: "" },
            deleteMarkerReplication: { status: "Disabled" },
            sourceSelectionCriteria: { sseKmsEncryptedObjects: { status: "Enabled" } },
            destination: {
              bucket: replica.bucket.arn,
              encryptionConfiguration: { replicaKmsKeyId: target.keyArn },
              metrics: { status: "Enabled" },
            },
          },
        ],
      },
      { ...child, dependsOn: [source.versioning, replica.versioning, policy] },
    );
  }
}

/** Names are made here and not by AWS: policies of roles can then name the buckets before they exist. */
function placeIn({ accountId, bucketPrefix, keys }: BackupVaultArgs, region: string): VaultPlace {
  return { region, bucketName: `${bucketPrefix}-${accountId}-${region}`, keyArn: keys.arnIn(region) };
}
