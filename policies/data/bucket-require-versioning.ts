import { stackPolicy } from "../pack/stack-policy.ts";
import { expectValue, judgeSetting } from "./bucket-setting.ts";
import { bucketsWith } from "./cloud-stack.ts";

const REMEDY = 'Add a BucketVersioning with versioningConfiguration { status: "Enabled" }.';
const WHY = "what is overwritten or deleted is gone.";

const BUCKET = { type: "aws:s3/bucket:Bucket", properties: { bucket: "backups" } };
const versioning = (status: string) => ({
  type: "aws:s3/bucketVersioning:BucketVersioning",
  properties: { bucket: "backups", versioningConfiguration: { status } },
});

export const bucketRequireVersioning = stackPolicy({
  name: "bucket-require-versioning",
  description: "A bucket keeps the earlier versions of its objects.",
  severity: "high",
  controls: [{ framework: "nist", control: "CP-9, SI-12" }],
  reason:
    "Without versions a mistake, a bug or a thief overwrites or deletes for good. Locks and replication build on them.",
  remedy: REMEDY,
  parameters: {},
  examples: {
    pass: [{ what: "versions that are kept", cloud: [BUCKET, versioning("Enabled")] }],
    fail: [
      { what: "a bucket that says nothing", cloud: [BUCKET] },
      { what: "versions that are kept no longer", cloud: [BUCKET, versioning("Suspended")] },
    ],
  },
  judge: (stack) =>
    bucketsWith(stack, "BucketVersioning").flatMap((subject) =>
      judgeSetting(subject, {
        judge: ({ root }) =>
          expectValue(root.at("versioningConfiguration", "status"), "Enabled", WHY, REMEDY),
        inline: {
          property: "versioning",
          judge: (value) => expectValue(value.at("enabled"), true, WHY, REMEDY),
        },
        absent: `nothing keeps its versions: ${WHY}`,
        remedy: REMEDY,
      }),
    ),
});
