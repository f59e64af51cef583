import { describe, expect, it } from "vitest";
import { bucketRequireVersioning } from "../../../policies/data/bucket-require-versioning.ts";
import { judgeStack, type PolicyResource, UNKNOWN } from "../judge.ts";
import { bucket, setting } from "./buckets.ts";

const judge = (...resources: PolicyResource[]) => judgeStack(bucketRequireVersioning, resources);
const versioning = (status: unknown) => setting("BucketVersioning", { versioningConfiguration: { status } });

describe("bucket-require-versioning", () => {
  it.each([
    ["a resource of its own", [bucket(), versioning("Enabled")]],
    ["the bucket itself", [bucket({ versioning: { enabled: true } })]],
    ["nothing where there is no bucket", [versioning("Suspended")]],
  ])("allows versions stated by %s", async (_, resources) => {
    expect(await judge(...resources)).toEqual({ violations: [], undecided: undefined });
  });

  it.each([
    ["nothing states it", [bucket()], "aws:s3/bucket:Bucket backups: nothing keeps its versions"],
    ["null states it", [bucket({ versioning: null })], "nothing keeps its versions"],
    [
      "they are suspended",
      [bucket(), versioning("Suspended")],
      'at .versioningConfiguration.status: it is "Suspended" in place of "Enabled"',
    ],
    ["the status is left out", [bucket(), versioning(null)], "it is not set in place of"],
    ["the status is no text", [bucket(), versioning(true)], "it is true in place of"],
    [
      "the bucket switches them off",
      [bucket({ versioning: { enabled: false } })],
      "at .versioning.enabled: it is false",
    ],
    [
      "the bucket says it as text",
      [bucket({ versioning: { enabled: "true" } })],
      'it is "true" in place of true',
    ],
  ])("refuses a bucket where %s", async (_, resources, words) => {
    const { violations } = await judge(...resources);
    expect(violations).toEqual([expect.stringContaining(words)]);
    expect(violations[0]).toContain("Add a BucketVersioning");
  });

  it.each([
    [
      "the status",
      [bucket(), versioning(UNKNOWN)],
      "BucketVersioning setting .versioningConfiguration.status",
    ],
    ["what the bucket says", [bucket({ versioning: UNKNOWN })], "Bucket backups .versioning"],
    [
      "whose setting it is",
      [bucket(), setting("BucketVersioning", { bucket: UNKNOWN })],
      "Bucket backups .bucket",
    ],
  ])("leaves open %s, where it is not known yet", async (_, resources, place) => {
    expect(await judge(...resources)).toEqual({ violations: [], undecided: expect.stringContaining(place) });
  });

  it("judges a setting that is there, whatever another says that is not known yet", async () => {
    const other = setting("BucketVersioning", { bucket: UNKNOWN });
    expect(await judge(bucket(), versioning("Enabled"), other)).toEqual({
      violations: [],
      undecided: undefined,
    });
  });

  it("throws on a setting that is no object", async () => {
    await expect(
      judge(bucket(), setting("BucketVersioning", { versioningConfiguration: "on" })),
    ).rejects.toThrow("could not judge the stack");
  });
});
