import { describe, expect, it } from "vitest";
import { topicRequireEncryption } from "../../../policies/data/topic-require-encryption.ts";
import { judge, UNKNOWN } from "../judge.ts";

const TYPE = "aws:sns/topic:Topic";
const KEY = "arn:aws:kms:eu-central-1:123456789012:key/1";
const run = (properties: object, type = TYPE) => judge(topicRequireEncryption, { ...properties }, { type });

describe("topic-require-encryption", () => {
  it.each([KEY, "alias/agents", "alias/aws-like"])("allows the key %s", async (key) => {
    expect(await run({ kmsMasterKeyId: key })).toEqual({ violations: [], undecided: undefined });
  });

  it.each([
    ["no key", undefined, "it is not set, which names no key of your own"],
    ["null", null, "it is not set"],
    ["an empty name", "", 'it is ""'],
    ["the key of AWS", "alias/aws/sns", 'it is "alias/aws/sns"'],
    [
      "the key of AWS by its ARN",
      "arn:aws:kms:eu-central-1:1:alias/aws/sns",
      "which names no key of your own",
    ],
    ["a key that is no text", 3, "it is 3"],
  ])("refuses %s", async (_, key, words) => {
    expect((await run({ kmsMasterKeyId: key })).violations).toEqual([expect.stringContaining(words)]);
  });

  it("leaves a key open that is not known yet", async () => {
    expect(await run({ kmsMasterKeyId: UNKNOWN })).toEqual({
      violations: [],
      undecided: expect.stringContaining(".kmsMasterKeyId"),
    });
  });

  it("says nothing about other resources", async () => {
    expect((await run({}, "aws:ec2/vpc:Vpc")).violations).toEqual([]);
  });
});
