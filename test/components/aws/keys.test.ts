import { expect, test } from "vitest";
import { only, record, settled } from "../record-stack.ts";
import { ACCOUNT_ID, HOME, namesByType, SECOND, sampleKeys, statementsOf } from "./sample-cloud.ts";

const KEY = "aws:kms/key:Key";
const REPLICA = "aws:kms/replicaKey:ReplicaKey";

test("a key has a copy and an alias in each region, and nothing else", async () => {
  const { resources, result } = await record(() => sampleKeys("backups"));
  expect(namesByType(resources, "keys")).toEqual({
    Alias: [`keys-${HOME}-alias`, `keys-${SECOND}-alias`],
    Key: ["keys-primary"],
    ReplicaKey: [`keys-${SECOND}`],
  });
  const { policy, ...primary } = only(resources, KEY, "keys-primary").inputs;
  expect(primary).toEqual({
    region: HOME,
    description: "backups of the Claude agent platform prod",
    deletionWindowInDays: 30,
    multiRegion: true,
    enableKeyRotation: true,
  });
  const replica = only(resources, REPLICA, `keys-${SECOND}`).inputs;
  const primaryArn = await settled(result.arnIn(HOME));
  expect(replica).toEqual({
    region: SECOND,
    description: "backups of the Claude agent platform prod",
    deletionWindowInDays: 30,
    primaryKeyArn: primaryArn,
    policy,
  });
  expect(await settled(result.arnIn(SECOND))).toBe(primaryArn.replace(HOME, SECOND));
});

test("aliases say what a key is for, in its own region", async () => {
  const { resources } = await record(() => sampleKeys("secrets"));
  const aliases = resources.filter(({ type }) => type === "aws:kms/alias:Alias");
  expect(aliases.map(({ inputs: { name, region } }) => [name, region])).toEqual([
    ["alias/claude-agents/prod/secrets", HOME],
    ["alias/claude-agents/prod/secrets", SECOND],
  ]);
});

test("one region has one key", async () => {
  const { resources, result } = await record(() => sampleKeys("backups", []));
  expect(namesByType(resources, "keys")).toEqual({ Alias: [`keys-${HOME}-alias`], Key: ["keys-primary"] });
  expect(() => result.arnIn(SECOND)).toThrow(`there is no key in ${SECOND}, only in ${HOME}`);
});

test("the policy separates administration from use, and use goes through one service", async () => {
  const { resources } = await record(() => sampleKeys("backups"));
  const [administration, use, ...others] = statementsOf(resources, KEY, "keys-primary");
  const Principal = { AWS: `arn:aws:iam::${ACCOUNT_ID}:root` };
  expect(others).toEqual([]);
  expect(administration).toMatchObject({ Effect: "Allow", Principal, Resource: "*" });
  expect(administration).not.toHaveProperty("Condition");
  const administrative = [administration?.Action ?? []].flat();
  expect(administrative).toContain("kms:PutKeyPolicy");
  expect(administrative.join()).not.toMatch(/\*|crypt|GenerateDataKey|CreateGrant|Sign/);
  expect(use).toEqual({
    Sid: "UseThroughItsService",
    Effect: "Allow",
    Principal,
    Action: ["kms:Decrypt", "kms:DescribeKey", "kms:Encrypt", "kms:GenerateDataKey"],
    Resource: "*",
    Condition: {
      StringEquals: {
        "kms:CallerAccount": ACCOUNT_ID,
        "kms:ViaService": [`s3.${HOME}.amazonaws.com`, `s3.${SECOND}.amazonaws.com`],
      },
    },
  });
});

test("keys of secrets are used through Secrets Manager alone", async () => {
  const { resources } = await record(() => sampleKeys("secrets"));
  const [, use] = statementsOf(resources, REPLICA, `keys-${SECOND}`);
  expect(use?.Condition?.["StringEquals"]?.["kms:ViaService"]).toEqual([
    `secretsmanager.${HOME}.amazonaws.com`,
    `secretsmanager.${SECOND}.amazonaws.com`,
  ]);
});
