import { describe, expect, it } from "vitest";
import { bucketRequireLifecycle } from "../../../policies/data/bucket-require-lifecycle.ts";
import { judgeStack, type PolicyResource, UNKNOWN } from "../judge.ts";
import { bucket, setting } from "./buckets.ts";

const VERSIONS = { noncurrentVersionExpiration: { noncurrentDays: 1 } };
const UPLOADS = { abortIncompleteMultipartUpload: { daysAfterInitiation: 2 } };
const ON = { status: "Enabled", filter: { prefix: "" } };

const judge = (...resources: PolicyResource[]) => judgeStack(bucketRequireLifecycle, resources);
const lifecycle = (...rules: unknown[]) => setting("BucketLifecycleConfiguration", { rules });

describe("bucket-require-lifecycle", () => {
  it.each([
    ["one rule for both", [{ ...ON, ...VERSIONS, ...UPLOADS }]],
    [
      "a rule for each",
      [
        { ...ON, ...VERSIONS },
        { ...ON, ...UPLOADS },
      ],
    ],
    ["rules without filter", [{ status: "Enabled", ...VERSIONS, ...UPLOADS }]],
    [
      "a filter of nulls",
      [{ status: "Enabled", filter: { prefix: null, tag: null }, ...VERSIONS, ...UPLOADS }],
    ],
  ])("allows %s", async (_, rules) => {
    expect(await judge(bucket(), lifecycle(...rules))).toEqual({ violations: [], undecided: undefined });
  });

  it.each([
    ["no rules", [], 2],
    ["versions that stay", [{ ...ON, ...UPLOADS }], 1],
    ["uploads that stay", [{ ...ON, ...VERSIONS, abortIncompleteMultipartUpload: null }], 1],
    ["a rule that is off", [{ ...ON, ...VERSIONS, ...UPLOADS, status: "Disabled" }], 2],
    ["a rule for a folder", [{ ...ON, ...VERSIONS, ...UPLOADS, filter: { prefix: "a/" } }], 2],
    ["a rule for a size", [{ ...ON, ...VERSIONS, ...UPLOADS, filter: { objectSizeLessThan: "" } }], 2],
    ["a rule for a tag", [{ ...ON, ...VERSIONS, ...UPLOADS, filter: { tag: { key: "a", value: "b" } } }], 2],
  ])("refuses %s", async (_, rules, count) => {
    expect((await judge(bucket(), lifecycle(...rules))).violations).toHaveLength(count);
  });

  it("says what stays, and that a bucket has no rules at all", async () => {
    expect((await judge(bucket(), lifecycle({ ...ON, ...UPLOADS }))).violations).toEqual([
      expect.stringContaining("no enabled rule for everything has noncurrentVersionExpiration"),
    ]);
    expect((await judge(bucket())).violations).toEqual([
      expect.stringContaining("nothing deletes its earlier versions"),
    ]);
  });

  it.each([
    ["the rules", UNKNOWN, ".rules"],
    ["a status", [{ ...ON, ...VERSIONS, ...UPLOADS, status: UNKNOWN }], ".status"],
    ["an end", [{ ...ON, ...UPLOADS, noncurrentVersionExpiration: UNKNOWN }], ".noncurrentVersionExpiration"],
    ["a filter", [{ ...ON, ...VERSIONS, ...UPLOADS, filter: UNKNOWN }], ".filter"],
  ])("leaves open %s, where it is not known yet", async (_, rules, place) => {
    const { violations, undecided } = await judge(
      bucket(),
      setting("BucketLifecycleConfiguration", { rules }),
    );
    expect({ violations, undecided }).toEqual({ violations: [], undecided: expect.stringContaining(place) });
  });

  it("asks for no value of a rule that cannot count, nor for more where one rule does", async () => {
    const off = { ...VERSIONS, ...UPLOADS, status: "Disabled", filter: UNKNOWN };
    expect((await judge(bucket(), lifecycle(off))).undecided).toBeUndefined();
    const good = { ...ON, ...VERSIONS, ...UPLOADS };
    expect(await judge(bucket(), lifecycle({ ...good, status: UNKNOWN }, good))).toEqual({
      violations: [],
      undecided: undefined,
    });
  });
});
