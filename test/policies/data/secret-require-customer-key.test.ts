import { describe, expect, it } from "vitest";
import { secretRequireCustomerKey } from "../../../policies/data/secret-require-customer-key.ts";
import { judge, UNKNOWN } from "../judge.ts";

const TYPE = "aws:secretsmanager/secret:Secret";
const KEY = "arn:aws:kms:eu-central-1:123456789012:key/1";
const run = (properties: object, type = TYPE) => judge(secretRequireCustomerKey, { ...properties }, { type });

describe("secret-require-customer-key", () => {
  it.each([KEY, "alias/agents", "alias/aws-like"])("allows the key %s", async (key) => {
    expect(await run({ kmsKeyId: key })).toEqual({ violations: [], undecided: undefined });
  });

  it.each([
    ["no key", undefined, "it is not set, which names no key of your own"],
    ["null", null, "it is not set"],
    ["an empty name", "", 'it is ""'],
    ["the key of AWS", "alias/aws/secretsmanager", 'it is "alias/aws/secretsmanager"'],
    [
      "the key of AWS by its ARN",
      "arn:aws:kms:eu-central-1:1:alias/aws/secretsmanager",
      "which names no key of your own",
    ],
    ["a key that is no text", 3, "it is 3"],
  ])("refuses %s", async (_, key, words) => {
    expect((await run({ kmsKeyId: key })).violations).toEqual([expect.stringContaining(words)]);
  });

  it("leaves a key open that is not known yet", async () => {
    expect(await run({ kmsKeyId: UNKNOWN })).toEqual({
      violations: [],
      undecided: expect.stringContaining(".kmsKeyId"),
    });
  });

  it("asks each copy for a key", async () => {
    const replicas = [{ region: "a", kmsKeyId: KEY }, { region: "b" }];
    expect((await run({ kmsKeyId: KEY, replicas })).violations).toEqual([
      expect.stringContaining("at .replicas[1].kmsKeyId"),
    ]);
    expect((await run({ kmsKeyId: KEY, replicas: UNKNOWN })).undecided).toContain(".replicas");
    await expect(run({ kmsKeyId: KEY, replicas: "all" })).rejects.toThrow("expected a list");
  });

  it("says nothing about other resources", async () => {
    expect((await run({}, "aws:ec2/vpc:Vpc")).violations).toEqual([]);
  });
});
