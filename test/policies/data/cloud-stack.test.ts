import { describe, expect, it } from "vitest";
import { bucketsWith } from "../../../policies/data/cloud-stack.ts";
import { Stack } from "../../../policies/manifests/stack.ts";
import { type PolicyResource, UNKNOWN } from "../judge.ts";
import { bucket, madeOf, setting } from "./buckets.ts";

const BACKUPS = bucket();
const OTHER = bucket({}, "other");
const UNNAMED = bucket({ bucket: UNKNOWN }, "unnamed");

const tied = (subject: PolicyResource, ...settings: PolicyResource[]) =>
  bucketsWith(new Stack([subject, OTHER, ...settings]), "BucketVersioning")
    .filter(({ bucket: { urn } }) => urn === subject.urn)
    .map(({ settings: found, open }) => ({ settings: found.length, open: open.map(({ path }) => path) }));

describe("the settings of a bucket", () => {
  it.each([
    ["by its name", BACKUPS, setting("BucketVersioning")],
    [
      "by its name, in the other spelling of both",
      bucket({}, "backups", "aws:s3/bucketV2:BucketV2"),
      setting("BucketVersioningV2"),
    ],
    ["by its id", bucket({ bucket: null, id: "backups" }), setting("BucketVersioning")],
    [
      "by what its name was made of",
      UNNAMED,
      madeOf(setting("BucketVersioning", { bucket: UNKNOWN }), "bucket", UNNAMED),
    ],
    [
      "by what its name was made of, though it is known",
      BACKUPS,
      madeOf(setting("BucketVersioning"), "bucket", BACKUPS),
    ],
  ])("are tied to it %s", (_, subject, versioning) => {
    expect(tied(subject, versioning)).toEqual([{ settings: 1, open: [] }]);
  });

  it.each([
    ["have another name", BACKUPS, setting("BucketVersioning", { bucket: "else" })],
    ["have no name", BACKUPS, setting("BucketVersioning", { bucket: null })],
    ["are of another kind", BACKUPS, setting("BucketPublicAccessBlock")],
    [
      "were made of another bucket",
      BACKUPS,
      madeOf(setting("BucketVersioning", { bucket: UNKNOWN }), "bucket", OTHER),
    ],
    ["have a name where the bucket has none yet", UNNAMED, setting("BucketVersioning")],
  ])("are not its own where they %s", (_, subject, versioning) => {
    expect(tied(subject, versioning)).toEqual([{ settings: 0, open: [] }]);
  });

  it.each([
    ["nothing", []],
    ["something else than a bucket", [setting("BucketPolicy")]],
  ])("are open where their bucket is not known and made of %s", (_, sources) => {
    const versioning = madeOf(setting("BucketVersioning", { bucket: UNKNOWN }), "bucket", ...sources);
    expect(tied(BACKUPS, versioning)).toEqual([{ settings: 0, open: [".bucket"] }]);
  });

  it("are looked for among all of a bucket's, and no other resource is a bucket", () => {
    const [found, ...others] = bucketsWith(
      new Stack([BACKUPS, setting("BucketVersioning"), setting("BucketVersioning")]),
      "BucketVersioning",
    );
    expect(found?.settings).toHaveLength(2);
    expect(others).toEqual([]);
  });
});
