import { stackPolicy } from "../pack/stack-policy.ts";
import { expectValue, judgeSetting } from "./bucket-setting.ts";
import { bucketsWith } from "./cloud-stack.ts";

const BLOCKS = ["blockPublicAcls", "blockPublicPolicy", "ignorePublicAcls", "restrictPublicBuckets"] as const;
const REMEDY = `Add a BucketPublicAccessBlock with ${BLOCKS.join(", ")}, all true.`;

const BUCKET = { type: "aws:s3/bucket:Bucket", properties: { bucket: "backups" } };
const block = (changes: object) => ({
  type: "aws:s3/bucketPublicAccessBlock:BucketPublicAccessBlock",
  properties: {
    bucket: "backups",
    ...Object.fromEntries(BLOCKS.map((name) => [name, true])),
    ...changes,
  },
});

export const bucketRequirePublicAccessBlock = stackPolicy({
  name: "bucket-require-public-access-block",
  description: "Every way of opening a bucket to the public is blocked.",
  severity: "critical",
  controls: [
    { framework: "cis-aws", control: "2.1.4" },
    { framework: "nist", control: "AC-3, SC-7" },
  ],
  reason:
    "One access list or policy written in haste makes a bucket public. The block refuses it, and overrules what is there.",
  remedy: REMEDY,
  parameters: {},
  examples: {
    pass: [{ what: "all four blocks", cloud: [BUCKET, block({})] }],
    fail: [
      { what: "a bucket without blocks", cloud: [BUCKET] },
      { what: "three blocks", cloud: [BUCKET, block({ restrictPublicBuckets: false })] },
      { what: "the blocks of another bucket", cloud: [BUCKET, block({ bucket: "other" })] },
    ],
  },
  judge: (stack) =>
    bucketsWith(stack, "BucketPublicAccessBlock").flatMap((subject) =>
      judgeSetting(subject, {
        judge: ({ root }) =>
          BLOCKS.flatMap((name) =>
            expectValue(root.at(name), true, "the bucket can be made public.", REMEDY),
          ),
        absent: "nothing keeps it from being made public.",
        remedy: REMEDY,
      }),
    ),
});
