import { describe, expect, it } from "vitest";
import { bucketRequireEncryption } from "../../../policies/data/bucket-require-encryption.ts";
import { cloudResourceOf, judgeStack, type PolicyResource, UNKNOWN } from "../judge.ts";
import { bucket, madeOf, setting } from "./buckets.ts";

const KEY = "arn:aws:kms:eu-central-1:123456789012:key/1";
const KMS_KEY = cloudResourceOf("aws:kms/key:Key", {});

const judge = (...resources: PolicyResource[]) => judgeStack(bucketRequireEncryption, resources);
const rule = (byDefault: object = {}, changes: object = {}) => ({
  applyServerSideEncryptionByDefault: { sseAlgorithm: "aws:kms", kmsMasterKeyId: KEY, ...byDefault },
  bucketKeyEnabled: true,
  ...changes,
});
const encryption = (...rules: unknown[]) => setting("BucketServerSideEncryptionConfiguration", { rules });

describe("bucket-require-encryption", () => {
  it.each([
    ["a key of one's own", [bucket(), encryption(rule())]],
    ["two layers", [bucket(), encryption(rule({ sseAlgorithm: "aws:kms:dsse" }))]],
    ["the bucket itself", [bucket({ serverSideEncryptionConfiguration: { rule: rule() } })]],
    [
      "a key of the stack",
      [bucket(), madeOf(encryption(rule({ kmsMasterKeyId: UNKNOWN })), "rules", KMS_KEY)],
    ],
    [
      "a key of the stack, in the bucket itself",
      [
        madeOf(
          bucket({ serverSideEncryptionConfiguration: { rule: rule({ kmsMasterKeyId: UNKNOWN }) } }),
          "serverSideEncryptionConfiguration",
          KMS_KEY,
        ),
      ],
    ],
    [
      "a key of the stack beside another resource",
      [bucket(), madeOf(encryption(rule({ kmsMasterKeyId: UNKNOWN })), "rules", bucket(), KMS_KEY)],
    ],
  ])("allows %s", async (_, resources) => {
    expect(await judge(...resources)).toEqual({ violations: [], undecided: undefined });
  });

  it.each([
    ["nothing", [bucket()], "nothing encrypts it with a key that the stack names"],
    ["no rule", [bucket(), encryption()], "at .rules: it holds no rule"],
    [
      "the key of S3",
      [bucket(), encryption(rule({ sseAlgorithm: "AES256" }))],
      'it is "AES256" in place of "aws:kms"',
    ],
    ["no algorithm", [bucket(), encryption(rule({ sseAlgorithm: null }))], "it is not set in place of"],
    ["no key", [bucket(), encryption(rule({ kmsMasterKeyId: null }))], "it names no key of your own"],
    ["an empty key", [bucket(), encryption(rule({ kmsMasterKeyId: "" }))], "it names no key of your own"],
    [
      "a key that is no text",
      [bucket(), encryption(rule({ kmsMasterKeyId: 1 }))],
      "it names no key of your own",
    ],
    [
      "the key of AWS",
      [bucket(), encryption(rule({ kmsMasterKeyId: "alias/aws/s3" }))],
      "it names no key of your own",
    ],
    [
      "the key of AWS by its whole name",
      [bucket(), encryption(rule({ kmsMasterKeyId: "arn:aws:kms:eu-central-1:123456789012:alias/aws/s3" }))],
      "it names no key of your own",
    ],
    [
      "no bucket key",
      [bucket(), encryption(rule({}, { bucketKeyEnabled: false }))],
      "every object would ask KMS",
    ],
    [
      "a rule beside a good one",
      [bucket(), encryption(rule(), rule({}, { bucketKeyEnabled: null }))],
      "at .rules[1]",
    ],
    [
      "a weak rule in the bucket itself",
      [bucket({ serverSideEncryptionConfiguration: { rule: rule({ sseAlgorithm: "AES256" }) } })],
      "AES256",
    ],
  ])("refuses a bucket with %s", async (_, resources, words) => {
    expect((await judge(...resources)).violations).toEqual([expect.stringContaining(words)]);
  });

  it.each([
    ["the rules", encryption(), { rules: UNKNOWN }, ".rules"],
    ["the algorithm", encryption(), { rules: [rule({ sseAlgorithm: UNKNOWN })] }, ".sseAlgorithm"],
    [
      "a key that no key of the stack is",
      encryption(),
      { rules: [rule({ kmsMasterKeyId: UNKNOWN })] },
      ".kmsMasterKeyId",
    ],
  ])("leaves open %s that is not known yet", async (_, __, properties, place) => {
    const configuration = setting("BucketServerSideEncryptionConfiguration", properties);
    const { violations, undecided } = await judge(bucket(), madeOf(configuration, "rules", bucket()));
    expect({ violations, undecided }).toEqual({ violations: [], undecided: expect.stringContaining(place) });
  });

  it("leaves a key open that is made of nothing, and all that the bucket itself states", async () => {
    expect(await judge(bucket(), encryption(rule({ kmsMasterKeyId: UNKNOWN })))).toEqual({
      violations: [],
      undecided: expect.stringContaining(".kmsMasterKeyId"),
    });
    expect(await judge(bucket({ serverSideEncryptionConfiguration: UNKNOWN }))).toEqual({
      violations: [],
      undecided: expect.stringContaining(".serverSideEncryptionConfiguration"),
    });
  });

  it("throws on rules that are no list", async () => {
    const configuration = setting("BucketServerSideEncryptionConfiguration", { rules: rule() });
    await expect(judge(bucket(), configuration)).rejects.toThrow("expected a list");
  });
});
