import { Secret } from "@pulumi/aws/secretsmanager/secret.js";
import * as pulumi from "@pulumi/pulumi";
import { type Keeping, keep } from "./keeping.ts";
import type { Keys } from "./keys.ts";

export interface SecretsManagerArgs extends Keeping {
  /** Label of the installation; part of the names. */
  readonly environment: string;
  /** What the secrets are called below `claude-agents/<environment>/`. */
  readonly names: readonly string[];
  /** Region of AWS in which values are set. */
  readonly region: string;
  /** Regions of AWS that get a copy of each. */
  readonly replicaRegions: readonly string[];
  /** Keys of all these regions. */
  readonly keys: Keys;
}

/** The longest that AWS offers for taking a deletion back. */
const RECOVERY_WINDOW_DAYS = 30;

/**
 * Secrets of AWS Secrets Manager, without values: those are set by people or by a rotation, and pass neither through
 * the program nor through its state.
 */
export class SecretsManager extends pulumi.ComponentResource {
  /** ARNs within the region in which values are set, by name. */
  readonly arns: Readonly<Record<string, pulumi.Output<string>>>;
  readonly #region: string;
  readonly #replicaRegions: readonly string[];

  constructor(name: string, args: SecretsManagerArgs, opts?: pulumi.ComponentResourceOptions) {
    super("claude-agents:aws:SecretsManager", name, {}, opts);
    const { environment, names, region, replicaRegions, keys } = args;
    this.#region = region;
    this.#replicaRegions = replicaRegions;

    const entries = names.map((secretName) => {
      const secret = new Secret(
        `${name}-${secretName}`,
        {
          region,
          name: `claude-agents/${environment}/${secretName}`,
          description: `${secretName} of the Claude agent platform ${environment}`,
          kmsKeyId: keys.arnIn(region),
          recoveryWindowInDays: RECOVERY_WINDOW_DAYS,
          replicas: replicaRegions.map((each) => ({ region: each, kmsKeyId: keys.arnIn(each) })),
        },
        keep(args, { parent: this }),
      );
      return [secretName, secret.arn] as const;
    });

    this.arns = Object.fromEntries(entries);
    this.registerOutputs({ arns: this.arns });
  }

  /**
   * ARNs of all secrets within a region of AWS: a copy differs from the original in its region alone.
   *
   * @throws RangeError where there are no copies
   */
  arnsIn(region: string): pulumi.Output<string>[] {
    const regions = [this.#region, ...this.#replicaRegions];
    if (!regions.includes(region)) {
      throw new RangeError(`there are no secrets in ${region}, only in ${regions.join(", ")}`);
    }
    return Object.values(this.arns).map((arn) => arn.apply((text) => withRegion(text, region)));
  }
}

/** `arn:aws:secretsmanager:<region>:…` with another region. */
function withRegion(arn: string, region: string): string {
  return arn
    .split(":")
    .map((part, index) => (index === 3 ? region : part))
    .join(":");
}
