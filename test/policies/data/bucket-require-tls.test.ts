import { describe, expect, it } from "vitest";
import { bucketRequireTls } from "../../../policies/data/bucket-require-tls.ts";
import { judgeStack, type PolicyResource, UNKNOWN } from "../judge.ts";
import { bucket, setting } from "./buckets.ts";

const judge = (...resources: PolicyResource[]) => judgeStack(bucketRequireTls, resources);
const STATEMENT = {
  Effect: "Deny",
  Principal: "*",
  Action: "s3:*",
  Resource: ["arn:aws:s3:::backups", "arn:aws:s3:::backups/*"],
  Condition: { Bool: { "aws:SecureTransport": "false" } },
};
const documentOf = (changes: object) => ({ Statement: [{ ...STATEMENT, ...changes }] });
const policy = (changes: object) => setting("BucketPolicy", { policy: JSON.stringify(documentOf(changes)) });

describe("bucket-require-tls", () => {
  it.each([
    ["as it is", {}],
    ["for all actions", { Action: ["s3:GetObject", "*"] }],
    ["for the service in other letters", { Action: "S3:*" }],
    ["for everybody by type", { Principal: { AWS: "*" } }],
    ["for everybody beside one account", { Principal: { AWS: ["123456789012", "*"] } }],
    ["on everything", { Resource: "*" }],
    ["on everything beside an object", { Resource: ["arn:aws:s3:::backups/a", "*"] }],
    ["on all that begins with the name", { Resource: "arn:aws:s3:::backups*" }],
    ["where it is not said", { Condition: { BoolIfExists: { "AWS:SecureTransport": false } } }],
  ])("allows a policy that refuses plain text, %s", async (_, changes) => {
    expect(await judge(bucket(), policy(changes))).toEqual({ violations: [], undecided: undefined });
  });

  it("allows it beside other statements", async () => {
    const read = {
      Effect: "Allow",
      Principal: { AWS: "123456789012" },
      Action: "s3:GetObject",
      Resource: "*",
    };
    const document = { Statement: [read, STATEMENT, read] };
    expect((await judge(bucket(), setting("BucketPolicy", { policy: document }))).violations).toEqual([]);
  });

  it("allows it as an object, and in the bucket itself", async () => {
    expect((await judge(bucket(), setting("BucketPolicy", { policy: documentOf({}) }))).violations).toEqual(
      [],
    );
    expect((await judge(bucket({ policy: JSON.stringify(documentOf({})) }))).violations).toEqual([]);
  });

  it.each([
    ["allows", { Effect: "Allow" }],
    ["is for one account", { Principal: { AWS: "123456789012" } }],
    ["is for one action", { Action: "s3:PutObject" }],
    ["is for the objects alone", { Resource: "arn:aws:s3:::backups/*" }],
    ["is for the bucket alone", { Resource: "arn:aws:s3:::backups" }],
    ["is for some objects", { Resource: ["arn:aws:s3:::backups", "arn:aws:s3:::backups/a/*"] }],
    ["is for objects of a name", { Resource: "arn:aws:s3:::backups*/a" }],
    ["is for what is no name of AWS", { Resource: "xarn:aws:s3:::*" }],
    ["refuses TLS", { Condition: { Bool: { "aws:SecureTransport": "true" } } }],
    ["asks for something else", { Condition: { Bool: { "aws:ViaAWSService": "false" } } }],
    ["asks in another way", { Condition: { StringEquals: { "aws:SecureTransport": "false" } } }],
    ["asks for any of several", { Condition: { "ForAnyValue:Bool": { "aws:SecureTransport": "false" } } }],
    ["asks for more", { Condition: { ...STATEMENT.Condition, StringEquals: { "aws:SourceVpc": "vpc-1" } } }],
    ["has no condition", { Condition: null }],
  ])("refuses a policy that %s", async (_, changes) => {
    expect((await judge(bucket(), policy(changes))).violations).toEqual([
      expect.stringContaining("at .policy: no statement refuses requests without TLS"),
    ]);
  });

  it.each([
    ["no policy", [bucket()], "no statement refuses"],
    ["an empty setting", [bucket(), setting("BucketPolicy", { policy: null })], "no statement refuses"],
    [
      "text that is no JSON",
      [bucket(), setting("BucketPolicy", { policy: "{" })],
      "it is no policy document: it is no JSON",
    ],
  ])("refuses a bucket with %s", async (_, resources, words) => {
    expect((await judge(...resources)).violations).toEqual([expect.stringContaining(words)]);
  });

  it("leaves a policy open that is not known yet", async () => {
    expect(await judge(bucket({ policy: UNKNOWN }))).toEqual({
      violations: [],
      undecided: expect.stringContaining(".policy"),
    });
    expect(await judge(bucket(), setting("BucketPolicy", { policy: UNKNOWN }))).toEqual({
      violations: [],
      undecided: expect.stringContaining("BucketPolicy setting .policy"),
    });
  });
});
