import { Alias } from "@pulumi/aws/kms/alias.js";
import { Key } from "@pulumi/aws/kms/key.js";
import { ReplicaKey } from "@pulumi/aws/kms/replicaKey.js";
import * as pulumi from "@pulumi/pulumi";
import { type Keeping, keep } from "./keeping.ts";
import { KEY_DELETION_WINDOW_DAYS, keyPolicy, type Purpose } from "./key-policy.ts";
import { policyDocument } from "./policy-document.ts";

export interface KeysArgs extends Keeping {
  /** The account, 12 digits. */
  readonly accountId: string;
  /** Label of the installation; part of the alias. */
  readonly environment: string;
  /** What is encrypted with it, which decides who may use it. */
  readonly purpose: Purpose;
  /** Region of AWS in which the key is made. It cannot be moved. */
  readonly region: string;
  /** Regions of AWS that get a copy with the same key material. */
  readonly replicaRegions: readonly string[];
}

/** A key of KMS that is rotated every year, and the copies of it in the other regions. */
export class Keys extends pulumi.ComponentResource {
  /** ARNs of the key and its copies, by region of AWS. */
  readonly arns: Readonly<Record<string, pulumi.Output<string>>>;

  constructor(name: string, args: KeysArgs, opts?: pulumi.ComponentResourceOptions) {
    super("claude-agents:aws:Keys", name, {}, opts);
    const { environment, purpose, region, replicaRegions } = args;
    const child = { parent: this };
    const kept = keep(args, child);
    const shared = {
      description: `${purpose} of the Claude agent platform ${environment}`,
      deletionWindowInDays: KEY_DELETION_WINDOW_DAYS,
      policy: policyDocument(keyPolicy({ ...args, regions: [region, ...replicaRegions] })),
    };

    const primary = new Key(
      `${name}-primary`,
      { ...shared, region, multiRegion: true, enableKeyRotation: true },
      kept,
    );
    const replicas = replicaRegions.map((replicaRegion) => ({
      region: replicaRegion,
      key: new ReplicaKey(
        `${name}-${replicaRegion}`,
        { ...shared, region: replicaRegion, primaryKeyArn: primary.arn },
        kept,
      ),
    }));
    const all = [{ region, key: primary }, ...replicas];
    for (const { region: aliasRegion, key } of all) {
      const alias = `alias/claude-agents/${environment}/${purpose}`;
      new Alias(
        `${name}-${aliasRegion}-alias`,
        { name: alias, region: aliasRegion, targetKeyId: key.keyId },
        child,
      );
    }

    this.arns = Object.fromEntries(all.map(({ region: keyRegion, key }) => [keyRegion, key.arn]));
    this.registerOutputs({ arns: this.arns });
  }

  /**
   * ARN of the key within a region of AWS.
   *
   * @throws RangeError where there is no copy of it
   */
  arnIn(region: string): pulumi.Output<string> {
    const arn = this.arns[region];
    if (arn !== undefined) return arn;
    throw new RangeError(`there is no key in ${region}, only in ${Object.keys(this.arns).join(", ")}`);
  }
}
