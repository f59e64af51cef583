import { describe, expect, test } from "vitest";
import { z } from "zod";
import {
  alarmsHaveChecks,
  backupsHaveCopies,
  distinctAwsRegions,
  homeAmongRegions,
  ownIdentityProviders,
  placedInAws,
} from "../../../components/config/aws-relations.ts";
import { awsSchema, regionAwsSchema } from "../../../components/config/aws-schema.ts";

const stack = z
  .strictObject({
    aws: awsSchema.exactOptional(),
    regions: z.array(z.strictObject({ name: z.string(), aws: regionAwsSchema.exactOptional() })),
  })
  .check(
    placedInAws,
    distinctAwsRegions,
    homeAmongRegions,
    backupsHaveCopies,
    alarmsHaveChecks,
    ownIdentityProviders,
  );

const ACCOUNT = { accountId: "123456789012" };
const EU = { name: "eu", aws: { region: "eu-west-1" } };
const US = { name: "us", aws: { region: "us-east-2" } };
const FULL = {
  ...ACCOUNT,
  home: "us",
  dns: { zoneId: "Z0123456789ABCDEFGHIJ" },
  backup: { bucketPrefix: "agents-prod" },
  alarms: { emails: ["oncall@example.com"] },
  secrets: ["anthropic"],
};

/** Paths of all faults, and what was wrong where a relation says so. */
function faultsOf(aws: object | undefined, regions: readonly object[] = [EU, US]) {
  const { error } = stack.safeParse({ ...(aws === undefined ? {} : { aws }), regions });
  return (error?.issues ?? []).map((issue) => {
    const path = issue.path.join(".");
    return issue.code === "custom" && issue.params !== undefined ? `${path}: ${issue.params["got"]}` : path;
  });
}

describe("the configuration of AWS", () => {
  test("is not there by default", () => {
    expect(faultsOf(undefined, [{ name: "eu" }])).toEqual([]);
  });

  test("has safe defaults", () => {
    const { aws } = stack.parse({ aws: FULL, regions: [EU, US] });
    expect(aws).toEqual({
      ...FULL,
      backup: { bucketPrefix: "agents-prod", retentionDays: 30, lockMode: "governance", replicate: true },
      alarms: { emails: ["oncall@example.com"], httpsUrls: [] },
      protect: true,
      retainOnDelete: false,
    });
  });

  test("describes every key", () => {
    const undescribed = (node: z.core.JSONSchema.BaseSchema, path: string): string[] =>
      Object.entries(node.properties ?? {}).flatMap(([key, child]) => {
        if (typeof child === "boolean") return [];
        const here = `${path}.${key}`;
        return [...(child.description === undefined ? [here] : []), ...undescribed(child, here)];
      });
    for (const schema of [awsSchema, regionAwsSchema]) {
      expect(undescribed(z.toJSONSchema(schema, { io: "input" }), "aws")).toEqual([]);
    }
  });

  test.each([
    ["accountId", { accountId: "12345" }],
    ["accountId", { accountId: 123456789012 }],
    ["home", { home: "Moon" }],
    ["dns.zoneId", { dns: { zoneId: "/hostedzone/Z1" } }],
    ["backup.bucketPrefix", { backup: { bucketPrefix: "a".repeat(36) } }],
    ["backup.bucketPrefix", { backup: { bucketPrefix: "Agents" } }],
    ["backup.bucketPrefix", { backup: {} }],
    ["backup.retentionDays", { backup: { bucketPrefix: "a", retentionDays: 0 } }],
    ["backup.lockMode", { backup: { bucketPrefix: "a", lockMode: "none" } }],
    ["backup.lockDays", { backup: { bucketPrefix: "a", lockDays: 3651 } }],
    ["alarms.emails.0", { dns: FULL.dns, alarms: { emails: ["nobody"] } }],
    ["alarms.httpsUrls.0", { dns: FULL.dns, alarms: { httpsUrls: ["http://hooks.example.com"] } }],
    ["secrets.0", { secrets: ["$(x)"] }],
    ["", { bucket: "x" }],
  ])("refuses %s of %j", (path, changes) => {
    expect(faultsOf({ ...ACCOUNT, ...changes })).toEqual([path === "" ? "aws" : `aws.${path}`]);
  });

  test.each(["eu", "eu-west", "cn-north-1", "us-gov-west-1", "eu-west-1a", "EU-WEST-1"])(
    "refuses %s as a region of AWS",
    (region) => {
      expect(faultsOf(ACCOUNT, [{ name: "eu", aws: { region } }])).toEqual(["regions.0.aws.region"]);
    },
  );

  test.each(["eu-west-1", "ap-southeast-7", "mx-central-1", "ca-west-1", "il-central-1"])(
    "takes %s as a region of AWS",
    (region) => {
      expect(faultsOf(ACCOUNT, [{ name: "eu", aws: { region } }])).toEqual([]);
    },
  );

  test("makes names of buckets that S3 takes", () => {
    const longest = `${"a".repeat(35)}-123456789012-ap-southeast-1`;
    expect(longest).toHaveLength(63);
  });
});

describe("keys that contradict each other", () => {
  const providerOf = (account: string) => `arn:aws:iam::${account}:oidc-provider/issuer.example.com/id/1`;

  test.each([
    [
      "a lock shorter than the retention",
      { backup: { bucketPrefix: "a", lockDays: 29 } },
      ["aws.backup.lockDays: 29, with retentionDays 30"],
    ],
    ["alarms for nobody", { dns: FULL.dns, alarms: {} }, ["aws.alarms: nobody"]],
    [
      "a recipient stated twice",
      { dns: FULL.dns, alarms: { emails: ["a@b.example", "a@b.example"] } },
      ["aws.alarms: the same recipient twice"],
    ],
    ["a secret stated twice", { secrets: ["a", "b", "a"] }, ['aws.secrets: "a" more than once']],
    ["alarms without health checks", { alarms: FULL.alarms }, ["aws.alarms: alarms, without aws.dns"]],
    ["a home that is no region", { home: "moon" }, ['aws.home: "moon"']],
  ])("are refused: %s", (_, changes, faults) => {
    expect(faultsOf({ ...ACCOUNT, ...changes })).toEqual(faults);
  });

  test("are refused: copies of backups without a second region", () => {
    const fault = "aws.backup.replicate: true, with one region";
    expect(faultsOf({ ...ACCOUNT, backup: FULL.backup }, [EU])).toEqual([fault]);
    expect(faultsOf({ ...ACCOUNT, backup: { ...FULL.backup, replicate: false } }, [EU])).toEqual([]);
  });

  test("are refused: regions in AWS and others that are not", () => {
    expect(faultsOf(ACCOUNT, [EU, { name: "us" }])).toEqual(["regions.1.aws: nothing, in a stack with aws"]);
    expect(faultsOf(undefined, [EU])).toEqual(["regions.0.aws: a region of AWS, in a stack without aws"]);
  });

  test("are refused: two regions in one of AWS", () => {
    expect(faultsOf(ACCOUNT, [EU, { ...EU, name: "us" }])).toEqual([
      'regions.1.aws.region: "eu-west-1", in which region eu is already',
    ]);
  });

  test("are refused: an identity provider of another account", () => {
    const regionWith = (account: string) => ({
      name: "eu",
      aws: { region: "eu-west-1", oidcProviderArn: providerOf(account) },
    });
    expect(faultsOf(ACCOUNT, [regionWith("123456789012")])).toEqual([]);
    expect(faultsOf(ACCOUNT, [regionWith("210987654321")])).toEqual([
      "regions.0.aws.oidcProviderArn: an identity provider of account 210987654321",
    ]);
  });
});
