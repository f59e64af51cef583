import { describe, expect, it } from "vitest";
import { cloudPolicy } from "../../../policies/pack/cloud-policy.ts";
import { judge, UNKNOWN } from "../judge.ts";
import { exceptionFrom, FACTS, fail, judgePresence } from "./subjects.ts";

const BUCKET = "aws:s3/bucket:Bucket";
const TOPIC = "aws:sns/topic:Topic";

const policy = cloudPolicy<{ word: string }>({
  ...FACTS,
  name: "bucket-disallow-test",
  parameters: { word: { type: "string", default: "acl", description: "The property." } },
  types: [BUCKET, TOPIC],
  judge: ({ root }, { word }) => judgePresence(root.at(word)),
});

const failing = cloudPolicy({ ...FACTS, name: "bucket-disallow-failure", types: [BUCKET], judge: fail });

describe("a policy over resources of a cloud", () => {
  it.each([BUCKET, TOPIC])("judges the types that it names: %s", async (type) => {
    expect(await judge(policy, { acl: "public" }, { type })).toEqual({
      violations: [`${type} region-a-unnamed, at .acl: got "public". Remove it.`],
      undecided: undefined,
    });
  });

  it.each(["aws:s3/bucketPolicy:BucketPolicy", "kubernetes:core/v1:Pod"])(
    "says nothing about others: %s",
    async (type) => {
      expect(await judge(policy, { acl: "public" }, { type })).toEqual({
        violations: [],
        undecided: undefined,
      });
    },
  );

  it("tells its judge type and name", async () => {
    const seen: unknown[] = [];
    const spy = cloudPolicy({
      ...FACTS,
      name: "bucket-disallow-nothing",
      types: [BUCKET],
      judge: ({ type, name }) => {
        seen.push({ type, name });
        return [];
      },
    });
    await judge(spy, {}, { type: BUCKET });
    expect(seen).toEqual([{ type: BUCKET, name: "region-a-unnamed" }]);
  });

  it("is configured like every policy", async () => {
    const { violations } = await judge(
      policy,
      { policy: "{}" },
      { type: BUCKET, config: { word: "policy" } },
    );
    expect(violations).toEqual([expect.stringContaining("at .policy")]);
  });

  it("leaves open what is not known yet", async () => {
    const { violations, undecided } = await judge(policy, { acl: UNKNOWN }, { type: BUCKET });
    expect(violations).toEqual([]);
    expect(undecided).toContain("not known before the update: .acl");
  });

  it("knows no exceptions by annotation", async () => {
    const annotations = exceptionFrom("bucket-disallow-test", "2999-12-31");
    const { violations } = await judge(policy, { acl: "x", metadata: { annotations } }, { type: BUCKET });
    expect(violations).toHaveLength(1);
  });

  it("fault 29: fails closed and names the resource when its judge throws", async () => {
    await expect(judge(failing, {}, { type: BUCKET })).rejects.toThrow(
      `policy bucket-disallow-failure could not judge urn:pulumi:test::claude-agents::${BUCKET}::region-a-unnamed and therefore refuses it: x is not a function`,
    );
    expect(await judge(failing, {}, { type: TOPIC })).toEqual({ violations: [], undecided: undefined });
  });
});
