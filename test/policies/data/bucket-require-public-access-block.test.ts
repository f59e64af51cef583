import { describe, expect, it } from "vitest";
import { bucketRequirePublicAccessBlock } from "../../../policies/data/bucket-require-public-access-block.ts";
import { judgeStack, type PolicyResource, UNKNOWN } from "../judge.ts";
import { bucket, setting } from "./buckets.ts";

const BLOCKS = ["blockPublicAcls", "blockPublicPolicy", "ignorePublicAcls", "restrictPublicBuckets"];

const judge = (...resources: PolicyResource[]) => judgeStack(bucketRequirePublicAccessBlock, resources);
const block = (changes: object = {}) =>
  setting("BucketPublicAccessBlock", {
    ...Object.fromEntries(BLOCKS.map((name) => [name, true])),
    ...changes,
  });

describe("bucket-require-public-access-block", () => {
  it("allows a bucket with all four blocks", async () => {
    expect(await judge(bucket(), block())).toEqual({ violations: [], undecided: undefined });
  });

  it.each(BLOCKS.flatMap((name) => [false, null, undefined, "true", 1].map((value) => ({ name, value }))))(
    "refuses $name with the value $value",
    async ({ name, value }) => {
      expect((await judge(bucket(), block({ [name]: value }))).violations).toEqual([
        expect.stringContaining(
          `at .${name}: it is ${value === undefined || value === null ? "not set" : JSON.stringify(value)}`,
        ),
      ]);
    },
  );

  it("refuses a bucket without blocks, also beside one that has them", async () => {
    expect((await judge(bucket(), bucket({}, "other"), block())).violations).toEqual([
      expect.stringContaining("Bucket other: nothing keeps it from being made public"),
    ]);
  });

  it.each(BLOCKS)("leaves open %s that is not known yet", async (name) => {
    expect(await judge(bucket(), block({ [name]: UNKNOWN }))).toEqual({
      violations: [],
      undecided: expect.stringContaining(`.${name}`),
    });
  });
});
