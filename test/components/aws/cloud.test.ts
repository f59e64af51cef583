import * as pulumi from "@pulumi/pulumi";
import { expect, test, vi } from "vitest";
import { type CloudArgs, provisionCloud } from "../../../components/aws/cloud.ts";
import { awsSchema } from "../../../components/config/aws-schema.ts";
import { only, type Recorded, record, settled } from "../record-stack.ts";
import { ACCOUNT_ID, HOME, namesByType, SECOND, statementsOf } from "./sample-cloud.ts";

const FULL = {
  accountId: ACCOUNT_ID,
  backup: { bucketPrefix: "agents" },
  dns: { zoneId: "Z0123456789" },
  alarms: { emails: ["oncall@example.com"] },
  secrets: ["anthropic"],
};

const providerOf = (issuer: string) => `arn:aws:iam::${ACCOUNT_ID}:oidc-provider/${issuer}`;
const EU = { name: "eu", aws: { region: HOME, oidcProviderArn: providerOf("issuer/eu") } };
const US = { name: "us", aws: { region: SECOND, oidcProviderArn: providerOf("issuer/us") } };

const DNS = {
  host: "agents.example.com",
  regions: [
    { name: "eu", address: "eu.lb.example.com", awsRegion: HOME },
    { name: "us", address: "us.lb.example.com", awsRegion: SECOND },
  ],
  agents: [],
};

const trafficTo = (primary: string) => ({ ...DNS, traffic: { routing: "failover", primary } as const });

async function build(settings: object = FULL, changes: Partial<CloudArgs> = {}) {
  return await record(() =>
    provisionCloud({
      environment: "prod",
      settings: awsSchema.parse(settings),
      regions: [EU, US],
      dns: trafficTo("eu"),
      ...changes,
    }),
  );
}

const componentsOf = (resources: readonly Recorded[]) =>
  resources
    .filter(({ type }) => type.startsWith("claude-agents:aws:"))
    .map(({ type, name }) => `${type.slice("claude-agents:aws:".length)} ${name}`)
    .sort();

test("an account alone gets nothing but its provider", async () => {
  const { resources, result } = await build({ accountId: ACCOUNT_ID }, { regions: [EU] });
  expect(resources.map(({ type, name }) => [type, name])).toEqual([["pulumi:providers:aws", "aws"]]);
  expect(result).toEqual({ roleArns: {}, vaultBuckets: [], secretArns: {} });
});

test("the provider touches this account alone, and tags what it makes", async () => {
  const { resources } = await build();
  const { inputs } = only(resources, "pulumi:providers:aws", "aws");
  expect(inputs).toMatchObject({
    region: HOME,
    allowedAccountIds: JSON.stringify([ACCOUNT_ID]),
    defaultTags: JSON.stringify({ tags: { "claude-agents:environment": "prod" } }),
  });
});

test("everything together is one component of each, and roles for each region", async () => {
  const { resources, result } = await build();
  expect(componentsOf(resources)).toEqual([
    "Alarms aws-alarms",
    "BackupVault aws-vault",
    "FailoverDns aws-dns",
    "Identity aws-identity-eu",
    "Identity aws-identity-us",
    "Keys aws-backups-keys",
    "Keys aws-secrets-keys",
    "SecretsManager aws-secrets",
  ]);
  expect(result.vaultBuckets).toEqual([`agents-${ACCOUNT_ID}-${HOME}`, `agents-${ACCOUNT_ID}-${SECOND}`]);
  expect(Object.keys(result.secretArns)).toEqual(["anthropic"]);
  expect(
    Object.entries(result.roleArns).map(([region, roles]) => [region, Object.keys(roles).sort()]),
  ).toEqual([
    ["eu", ["backup", "database", "secrets"]],
    ["us", ["backup", "database", "secrets"]],
  ]);
  expect(await settled(result.topicArn ?? pulumi.output(""))).toContain("claude-agents-prod-alarms");
});

test("all of it is made by that one provider", async () => {
  const { resources } = await build();
  const made = resources.filter(({ type }) => type.startsWith("aws:"));
  expect(made.length).toBeGreaterThan(40);
  for (const { provider } of made) expect(provider).toContain("pulumi:providers:aws::aws");
});

test("what is regional says in which region it is", async () => {
  const { resources } = await build();
  const global = /^aws:(iam|route53)\//;
  const regional = resources.filter(({ type }) => type.startsWith("aws:") && !global.test(type));
  expect(new Set(regional.map(({ inputs }) => inputs.region))).toEqual(new Set([HOME, SECOND, "us-east-1"]));
});

test.each([
  ["backup", ["BackupVault aws-vault", "Keys aws-backups-keys"], ["backup", "database"]],
  ["secrets", ["Keys aws-secrets-keys", "SecretsManager aws-secrets"], ["secrets"]],
] as const)("%s alone brings its key and its roles, and nothing else", async (key, components, roles) => {
  const { resources, result } = await build({ accountId: ACCOUNT_ID, [key]: FULL[key] });
  expect(componentsOf(resources)).toEqual(
    ["Identity aws-identity-eu", "Identity aws-identity-us", ...components].sort(),
  );
  expect(Object.keys(result.roleArns["us"] ?? {}).sort()).toEqual(roles);
});

test("DNS alone brings no alarms", async () => {
  const { resources, result } = await build({ accountId: ACCOUNT_ID, dns: FULL.dns });
  expect(componentsOf(resources)).toEqual(["FailoverDns aws-dns"]);
  expect(result).not.toHaveProperty("topicArn");
});

test("a region without an identity provider gets no roles", async () => {
  const { result } = await build(FULL, { regions: [EU, { name: "us", aws: { region: SECOND } }] });
  expect(Object.keys(result.roleArns)).toEqual(["eu"]);
});

test("each region reads the copies of secrets that are in its own", async () => {
  const { resources } = await build();
  const [read, decrypt] = statementsOf(
    resources,
    "aws:iam/rolePolicy:RolePolicy",
    "aws-identity-us-secrets-policy",
  );
  expect(read?.Resource).toEqual([expect.stringContaining(`arn:aws:secretsmanager:${SECOND}:`)]);
  expect(decrypt?.Resource).toEqual(expect.stringContaining(`arn:aws:kms:${SECOND}:`));
});

test("secrets are copied to every region, backups to the next one", async () => {
  const far = { name: "ap", aws: { region: "ap-southeast-2" } };
  const { resources, result } = await build(FULL, { regions: [EU, US, far] });
  const { replicas } = only(resources, "aws:secretsmanager/secret:Secret", "aws-secrets-anthropic").inputs;
  expect(replicas.map(({ region }: { region: string }) => region)).toEqual([SECOND, "ap-southeast-2"]);
  expect(result.vaultBuckets).toHaveLength(2);
  expect(namesByType(resources, "aws-backups-keys")["ReplicaKey"]).toEqual([`aws-backups-keys-${SECOND}`]);
});

test("backups stay in one region when the stack says so", async () => {
  const backup = { ...FULL.backup, replicate: false };
  const { resources, result } = await build({ ...FULL, backup });
  expect(result.vaultBuckets).toEqual([`agents-${ACCOUNT_ID}-${HOME}`]);
  expect(namesByType(resources, "aws-backups-keys")).not.toHaveProperty("ReplicaKey");
});

test("home decides where originals are", async () => {
  const { result } = await build({ ...FULL, home: "us" });
  expect(result.vaultBuckets[0]).toBe(`agents-${ACCOUNT_ID}-${SECOND}`);
});

test("a home that is not in AWS is refused", async () => {
  await expect(build({ ...FULL, home: "moon" })).rejects.toThrow("aws.home names none that is");
});

test("another primary changes the records of the traffic, and nothing that holds data", async () => {
  const before = await build();
  const moved = await build(FULL, { dns: trafficTo("us") });
  const changed = before.resources.filter(
    ({ type, name, inputs }) =>
      JSON.stringify(only(moved.resources, type, name).inputs) !== JSON.stringify(inputs),
  );
  expect(moved.resources).toHaveLength(before.resources.length);
  expect(changed.map(({ name }) => name).sort()).toEqual(["aws-dns-eu-traffic", "aws-dns-us-traffic"]);
});

test("locks hold for as long as backups are kept, unless the stack says longer", async () => {
  const lockOf = async (backup: object) => {
    const { resources } = await build({ ...FULL, backup });
    const type = "aws:s3/bucketObjectLockConfiguration:BucketObjectLockConfiguration";
    return only(resources, type, "aws-vault-bucket-lock").inputs.rule.defaultRetention;
  };
  expect(await lockOf(FULL.backup)).toEqual({ mode: "GOVERNANCE", days: 30 });
  expect(await lockOf({ ...FULL.backup, retentionDays: 7, lockDays: 9, lockMode: "compliance" })).toEqual({
    mode: "COMPLIANCE",
    days: 9,
  });
});

/** What the engine is told about the deletion of each resource that it is told anything about. */
async function keptBy(settings: object) {
  const { result: register } = await record(() => {
    const monitor = pulumi.runtime.getMonitor();
    if (monitor === undefined) throw new Error("there is no engine");
    const spy = vi.spyOn(monitor, "registerResource");
    provisionCloud({ environment: "prod", settings: awsSchema.parse(settings), regions: [EU, US] });
    return spy;
  });
  return register.mock.calls
    .map(([request]) => ({ protect: request.getProtect(), retain: request.getRetainondelete(), request }))
    .filter(({ protect, retain }) => protect === true || retain === true)
    .map(({ protect, retain, request }) => `${request.getName()} ${protect} ${retain}`)
    .sort();
}

/** What holds data with all its settings, and the keys to it. */
async function holders(): Promise<string[]> {
  const { resources } = await build();
  const vault = Object.values(namesByType(resources, "aws-vault-")).flat();
  const keys = ["backups", "secrets"].flatMap((purpose) =>
    ["primary", SECOND].map((copy) => `aws-${purpose}-keys-${copy}`),
  );
  return [...vault, ...keys, "aws-secrets-anthropic"].sort();
}

test.each([
  [{}, "true false"],
  [{ protect: false, retainOnDelete: true }, "false true"],
])("fault 20: with %j what holds data stays as it is, and the keys to it", async (changes, told) => {
  expect(await keptBy({ ...FULL, ...changes })).toEqual((await holders()).map((name) => `${name} ${told}`));
});

test("fault 20: without protection nothing stays", async () => {
  expect(await keptBy({ ...FULL, protect: false })).toEqual([]);
});
