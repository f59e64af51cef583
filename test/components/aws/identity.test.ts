import * as pulumi from "@pulumi/pulumi";
import { expect, test } from "vitest";
import { Identity, type IdentityArgs } from "../../../components/aws/identity.ts";
import { only, record, settled } from "../record-stack.ts";
import { namesByType, statementsOf } from "./sample-cloud.ts";

const ISSUER = "oidc.eks.eu-west-1.amazonaws.com/id/ABC";
const PROVIDER = `arn:aws:iam::123456789012:oidc-provider/${ISSUER}`;
const VAULT = [
  { region: "eu-west-1", bucketName: "vault-one", keyArn: pulumi.output("key-one") },
  { region: "us-east-2", bucketName: "vault-two", keyArn: pulumi.output("key-two") },
];
const SECRETS = { arns: ["secret-one", "secret-two"], keyArn: "key-secrets" };
const ROLE_POLICY = "aws:iam/rolePolicy:RolePolicy";

async function build(args: Pick<IdentityArgs, "vault" | "secrets">) {
  const region = { name: "eu", awsRegion: "eu-west-1", oidcProviderArn: PROVIDER };
  return await record(() => new Identity("identity", { environment: "prod", region, ...args }));
}

const BOTH = { vault: VAULT, secrets: SECRETS };

test("there is a role with one policy for each purpose", async () => {
  const { resources, result } = await build(BOTH);
  expect(namesByType(resources, "identity")).toEqual({
    Role: ["identity-backup", "identity-database", "identity-secrets"],
    RolePolicy: ["identity-backup-policy", "identity-database-policy", "identity-secrets-policy"],
  });
  expect(Object.keys(result.roleArns)).toEqual(["backup", "database", "secrets"]);
  expect(await settled(result.roleArns.secrets ?? pulumi.output(""))).toContain("role/claude-agents/prod/");
});

test.each([
  [{ vault: VAULT }, ["identity-backup", "identity-database"]],
  [{ secrets: SECRETS }, ["identity-secrets"]],
])("with nothing else than %j there are the roles for it", async (args, roles) => {
  const { resources } = await build(args);
  expect(namesByType(resources, "identity")["Role"]).toEqual(roles);
});

test.each([
  ["backup", "claude-agent-backup"],
  ["database", "claude-agent-postgres"],
  ["secrets", "claude-agent-secrets"],
])("the role %s is for ServiceAccount %s of this cluster alone", async (role, account) => {
  const { resources } = await build(BOTH);
  const { path, managedPolicyArns } = only(resources, "aws:iam/role:Role", `identity-${role}`).inputs;
  expect({ path, managedPolicyArns }).toEqual({ path: "/claude-agents/prod/" });
  expect(statementsOf(resources, "aws:iam/role:Role", `identity-${role}`, "assumeRolePolicy")).toEqual([
    {
      Sid: "OneServiceAccount",
      Effect: "Allow",
      Principal: { Federated: PROVIDER },
      Action: "sts:AssumeRoleWithWebIdentity",
      Condition: {
        StringEquals: {
          [`${ISSUER}:aud`]: "sts.amazonaws.com",
          [`${ISSUER}:sub`]: `system:serviceaccount:ai-agents:${account}`,
        },
      },
    },
  ]);
});

const LIST = {
  Sid: "List",
  Effect: "Allow",
  Action: ["s3:ListBucket"],
  Resource: ["arn:aws:s3:::vault-one", "arn:aws:s3:::vault-two"],
};

const objects = (prefix: string) => [
  `arn:aws:s3:::vault-one/${prefix}*`,
  `arn:aws:s3:::vault-two/${prefix}*`,
];

const writeAndRead = (prefix: string) => ({
  Sid: "WriteAndRead",
  Effect: "Allow",
  Action: ["s3:AbortMultipartUpload", "s3:GetObject", "s3:ListMultipartUploadParts", "s3:PutObject"],
  Resource: objects(prefix),
});

const useKey = (Sid: string, Resource: string, region: string, bucket: string) => ({
  Sid,
  Effect: "Allow",
  Action: ["kms:Decrypt", "kms:GenerateDataKey"],
  Resource,
  Condition: {
    StringEquals: {
      "kms:ViaService": `s3.${region}.amazonaws.com`,
      "kms:EncryptionContext:aws:s3:arn": `arn:aws:s3:::${bucket}`,
    },
  },
});

const USE_KEYS = [
  useKey("UseKeyInEuWest1", "key-one", "eu-west-1", "vault-one"),
  useKey("UseKeyInUsEast2", "key-two", "us-east-2", "vault-two"),
];

test("backups are written and read below the region's own prefix, and deleted by nobody", async () => {
  const { resources } = await build(BOTH);
  expect(statementsOf(resources, ROLE_POLICY, "identity-backup-policy")).toEqual([
    { ...LIST, Condition: { StringLike: { "s3:prefix": "backups/eu/*" } } },
    writeAndRead("backups/eu/"),
    ...USE_KEYS,
  ]);
});

test("backups of the database can be hidden below the region's own prefix, but no version deleted", async () => {
  const { resources } = await build(BOTH);
  expect(statementsOf(resources, ROLE_POLICY, "identity-database-policy")).toEqual([
    { ...LIST, Condition: { StringLikeIfExists: { "s3:prefix": "postgres/eu.*" } } },
    writeAndRead("postgres/eu."),
    { Sid: "Hide", Effect: "Allow", Action: ["s3:DeleteObject"], Resource: objects("postgres/eu.") },
    ...USE_KEYS,
  ]);
});

test("the named secrets are read, and no others are found", async () => {
  const { resources } = await build(BOTH);
  expect(statementsOf(resources, ROLE_POLICY, "identity-secrets-policy")).toEqual([
    {
      Sid: "ReadSecrets",
      Effect: "Allow",
      Action: ["secretsmanager:DescribeSecret", "secretsmanager:GetSecretValue"],
      Resource: ["secret-one", "secret-two"],
    },
    {
      Sid: "DecryptSecrets",
      Effect: "Allow",
      Action: ["kms:Decrypt"],
      Resource: "key-secrets",
      Condition: { StringEquals: { "kms:ViaService": "secretsmanager.eu-west-1.amazonaws.com" } },
    },
  ]);
});

test("no role has an action or a resource with a wildcard of its own", async () => {
  const { resources } = await build(BOTH);
  const statements = resources
    .filter(({ type }) => type === ROLE_POLICY)
    .flatMap(({ name }) => statementsOf(resources, ROLE_POLICY, name));
  for (const { Action, Resource = [] } of statements) {
    expect([Action].flat().join()).not.toContain("*");
    expect([Resource].flat()).not.toContain("*");
  }
});
