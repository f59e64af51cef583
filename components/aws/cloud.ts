import { Provider } from "@pulumi/aws/provider.js";
import type * as pulumi from "@pulumi/pulumi";
import type { AwsSettings, RegionAwsSettings } from "../config/aws-schema.ts";
import { Alarms } from "./alarms.ts";
import { BackupVault } from "./backup-vault.ts";
import { FailoverDns, type FailoverDnsArgs } from "./failover-dns.ts";
import { Identity, type RoleName } from "./identity.ts";
import type { Purpose } from "./key-policy.ts";
import { Keys } from "./keys.ts";
import { SecretsManager } from "./secrets-manager.ts";

export interface CloudArgs {
  /** Label of the installation; part of names and tags. */
  readonly environment: string;
  readonly settings: AwsSettings;
  /** The regions of the stack, in the order of its configuration; those outside AWS get nothing. */
  readonly regions: readonly { readonly name: string; readonly aws?: RegionAwsSettings }[];
  /** What DNS has to know beside the hosted zone. Default: there are no records and no health checks. */
  readonly dns?: Omit<FailoverDnsArgs, "zoneId">;
}

/** What others have to know of it. */
export interface Cloud {
  /** ARNs of the roles that pods take on, by region and role. */
  readonly roleArns: Readonly<Record<string, Partial<Record<RoleName, pulumi.Output<string>>>>>;
  /** Names of the buckets for backups, the one that is written to first. Empty when there are none. */
  readonly vaultBuckets: readonly string[];
  /** ARNs of the secrets within the home region, by name. */
  readonly secretArns: Readonly<Record<string, pulumi.Output<string>>>;
  /** Topic of the alarms, if there are any. */
  readonly topicArn?: pulumi.Output<string>;
}

interface Place {
  readonly name: string;
  readonly region: string;
  readonly oidcProviderArn?: string;
}

/** What a component of this file is made from. */
interface Context {
  readonly args: CloudArgs;
  readonly home: Place;
  /** The other regions, in the order of the configuration. */
  readonly others: readonly Place[];
  readonly opts: pulumi.ComponentResourceOptions;
}

/**
 * Makes what the stack has in AWS. Where it is made depends on `aws.home` alone, never on which region has the traffic.
 *
 * @throws RangeError when no region is in AWS
 */
export function provisionCloud(args: CloudArgs): Cloud {
  const context = contextOf(args);
  const vault = addVault(context);
  const secrets = addSecrets(context);
  const topicArn = addTraffic(context);
  const roles = [context.home, ...context.others].flatMap((place) =>
    addIdentity(context, place, vault, secrets),
  );
  return {
    roleArns: Object.fromEntries(roles),
    vaultBuckets: vault?.places.map(({ bucketName }) => bucketName) ?? [],
    secretArns: secrets?.arns ?? {},
    ...(topicArn === undefined ? {} : { topicArn }),
  };
}

function contextOf(args: CloudArgs): Context {
  const { settings, regions } = args;
  const places = regions.flatMap(({ name, aws }): Place[] => (aws === undefined ? [] : [{ name, ...aws }]));
  const home = places.find(({ name }) => name === (settings.home ?? places[0]?.name));
  if (home === undefined) throw new RangeError("no region is in AWS, or aws.home names none that is");
  const others = places.filter((place) => place !== home);
  return { args, home, others, opts: { providers: { aws: createProvider(args, home) } } };
}

/** An explicit one: the account is checked before anything is touched, and no `aws:region` has to be configured. */
function createProvider({ environment, settings }: CloudArgs, { region }: Place): Provider {
  return new Provider("aws", {
    region,
    allowedAccountIds: [settings.accountId],
    defaultTags: { tags: { "claude-agents:environment": environment } },
  });
}

function addKeys({ args, home, opts }: Context, purpose: Purpose, replicaRegions: readonly string[]): Keys {
  const { environment, settings } = args;
  const { accountId, protect, retainOnDelete } = settings;
  return new Keys(
    `aws-${purpose}-keys`,
    { accountId, environment, purpose, region: home.region, replicaRegions, protect, retainOnDelete },
    opts,
  );
}

function addVault(context: Context): BackupVault | undefined {
  const { accountId, backup, protect, retainOnDelete } = context.args.settings;
  if (backup === undefined) return undefined;
  const { bucketPrefix, retentionDays, lockMode, lockDays = retentionDays, replicate } = backup;
  const replicaRegion = replicate ? context.others[0]?.region : undefined;
  return new BackupVault(
    "aws-vault",
    {
      accountId,
      bucketPrefix,
      retention: { retentionDays, lockMode, lockDays },
      region: context.home.region,
      ...(replicaRegion === undefined ? {} : { replicaRegion }),
      keys: addKeys(context, "backups", replicaRegion === undefined ? [] : [replicaRegion]),
      protect,
      retainOnDelete,
    },
    context.opts,
  );
}

interface KeptSecrets {
  readonly keys: Keys;
  readonly secrets: SecretsManager;
  readonly arns: SecretsManager["arns"];
}

function addSecrets(context: Context): KeptSecrets | undefined {
  const { environment, settings } = context.args;
  const { secrets: names, protect, retainOnDelete } = settings;
  if (names.length === 0) return undefined;
  const replicaRegions = context.others.map(({ region }) => region);
  const keys = addKeys(context, "secrets", replicaRegions);
  const secrets = new SecretsManager(
    "aws-secrets",
    { environment, names, region: context.home.region, replicaRegions, keys, protect, retainOnDelete },
    context.opts,
  );
  return { keys, secrets, arns: secrets.arns };
}

/** DNS with its health checks, and the alarms that watch these. */
function addTraffic({ args, opts }: Context): pulumi.Output<string> | undefined {
  const { environment, settings, dns } = args;
  const { accountId, alarms, dns: zone } = settings;
  if (zone === undefined || dns === undefined) return undefined;
  const { healthCheckIds } = new FailoverDns("aws-dns", { ...dns, ...zone }, opts);
  if (alarms === undefined) return undefined;
  return new Alarms("aws-alarms", { accountId, environment, healthCheckIds, ...alarms }, opts).topicArn;
}

function addIdentity(
  { args, opts }: Context,
  { name, region: awsRegion, oidcProviderArn }: Place,
  vault: BackupVault | undefined,
  kept: KeptSecrets | undefined,
): [string, Identity["roleArns"]][] {
  if (oidcProviderArn === undefined || (vault === undefined && kept === undefined)) return [];
  const identity = new Identity(
    `aws-identity-${name}`,
    {
      environment: args.environment,
      region: { name, awsRegion, oidcProviderArn },
      ...(vault === undefined ? {} : { vault: vault.places }),
      ...(kept === undefined
        ? {}
        : { secrets: { arns: kept.secrets.arnsIn(awsRegion), keyArn: kept.keys.arnIn(awsRegion) } }),
    },
    opts,
  );
  return [[name, identity.roleArns]];
}
