import type { Field } from "../manifests/field.ts";
import { type Finding, undecided, violation } from "../pack/finding.ts";
import { stackPolicy } from "../pack/stack-policy.ts";
import { expectValue, judgeSetting } from "./bucket-setting.ts";
import { bucketsWith, isMadeOf } from "./cloud-stack.ts";

const REMEDY =
  "Add a BucketServerSideEncryptionConfiguration with sseAlgorithm aws:kms, kmsMasterKeyId of a key of your own and bucketKeyEnabled.";

const BUCKET = { type: "aws:s3/bucket:Bucket", properties: { bucket: "backups" } };
const encryption = (rule: object) => ({
  type: "aws:s3/bucketServerSideEncryptionConfiguration:BucketServerSideEncryptionConfiguration",
  properties: { bucket: "backups", rules: [rule] },
});
const KMS = { sseAlgorithm: "aws:kms", kmsMasterKeyId: "arn:aws:kms:eu-central-1:123456789012:key/1" };

export const bucketRequireEncryption = stackPolicy({
  name: "bucket-require-encryption",
  description: "A bucket is encrypted with a key of KMS that the stack names, and with a bucket key.",
  severity: "high",
  controls: [{ framework: "nist", control: "SC-28(1), SC-12" }],
  reason:
    "What S3 encrypts by itself everyone reads who may read the bucket. A key of one's own is a second lock, with a record of its use; " +
    "without a bucket key every object asks KMS, which costs money and runs into its limits.",
  remedy: REMEDY,
  parameters: {},
  examples: {
    pass: [
      {
        what: "a key of KMS and a bucket key",
        cloud: [BUCKET, encryption({ applyServerSideEncryptionByDefault: KMS, bucketKeyEnabled: true })],
      },
    ],
    fail: [
      { what: "a bucket without a configuration", cloud: [BUCKET] },
      {
        what: "the key of S3",
        cloud: [BUCKET, encryption({ applyServerSideEncryptionByDefault: { sseAlgorithm: "AES256" } })],
      },
    ],
  },
  judge: (stack) =>
    bucketsWith(stack, "BucketServerSideEncryptionConfiguration").flatMap((subject) =>
      judgeSetting(subject, {
        judge: ({ root, resource }) => judgeRules(root.at("rules"), isMadeOf(resource, "rules", "aws:kms/")),
        inline: {
          property: "serverSideEncryptionConfiguration",
          judge: (value) =>
            judgeRule(
              value.at("rule"),
              isMadeOf(subject.bucket, "serverSideEncryptionConfiguration", "aws:kms/"),
            ),
        },
        absent: "nothing encrypts it with a key that the stack names.",
        remedy: REMEDY,
      }),
    ),
});

function judgeRules(rules: Field, hasKey: boolean): Finding[] {
  const items = rules.items();
  if (items.length === 0) return [violation(rules, "it holds no rule.", REMEDY)];
  return items.flatMap((rule) => judgeRule(rule, hasKey));
}

/** @param hasKey whether the rule was made of a key of the stack, so that it names one even where its ARN is not known */
function judgeRule(rule: Field, hasKey: boolean): Finding[] {
  const byDefault = rule.at("applyServerSideEncryptionByDefault");
  return [
    ...judgeAlgorithm(byDefault.at("sseAlgorithm")),
    ...judgeKey(byDefault.at("kmsMasterKeyId"), hasKey),
    ...expectValue(rule.at("bucketKeyEnabled"), true, "every object would ask KMS.", REMEDY),
  ];
}

function judgeAlgorithm(field: Field): Finding[] {
  if (field.unknown) return [undecided(field)];
  if (field.value === "aws:kms" || field.value === "aws:kms:dsse") return [];
  const got = field.missing ? "not set" : JSON.stringify(field.value);
  return [violation(field, `it is ${got} in place of "aws:kms" or "aws:kms:dsse".`, REMEDY)];
}

function judgeKey(field: Field, hasKey: boolean): Finding[] {
  if (field.unknown) return hasKey ? [] : [undecided(field)];
  if (field.text !== undefined && field.text !== "" && !field.text.endsWith("alias/aws/s3")) return [];
  return [violation(field, "it names no key of your own, so that the key of AWS for all is used.", REMEDY)];
}
