import type { Field } from "../manifests/field.ts";
import { type Finding, undecided, violation } from "../pack/finding.ts";
import { stackPolicy } from "../pack/stack-policy.ts";
import { judgeSetting } from "./bucket-setting.ts";
import { bucketsWith } from "./cloud-stack.ts";
import { readDocument, type Statement } from "./iam-document.ts";

const REMEDY =
  'Add a BucketPolicy that denies s3:* to everybody on the bucket and its objects where aws:SecureTransport is "false".';
const MISSING =
  "no statement refuses requests without TLS to everybody, for all actions, on bucket and objects.";

const BUCKET = { type: "aws:s3/bucket:Bucket", properties: { bucket: "backups" } };
const policy = (statement: object) => ({
  type: "aws:s3/bucketPolicy:BucketPolicy",
  properties: {
    bucket: "backups",
    policy: JSON.stringify({
      Statement: [
        {
          Effect: "Deny",
          Principal: "*",
          Action: "s3:*",
          Resource: ["arn:aws:s3:::backups", "arn:aws:s3:::backups/*"],
          Condition: { Bool: { "aws:SecureTransport": "false" } },
          ...statement,
        },
      ],
    }),
  },
});

export const bucketRequireTls = stackPolicy({
  name: "bucket-require-tls",
  description: "A bucket refuses requests without TLS.",
  severity: "medium",
  controls: [
    { framework: "cis-aws", control: "2.1.1" },
    { framework: "nist", control: "SC-8(1)" },
  ],
  reason: "S3 answers over plain HTTP too, and then the way there reads what is written.",
  remedy: REMEDY,
  parameters: {},
  examples: {
    pass: [{ what: "a policy that refuses it", cloud: [BUCKET, policy({})] }],
    fail: [
      { what: "a bucket without policy", cloud: [BUCKET] },
      { what: "a policy for objects alone", cloud: [BUCKET, policy({ Resource: "arn:aws:s3:::backups/*" })] },
      { what: "a policy for reading alone", cloud: [BUCKET, policy({ Action: "s3:GetObject" })] },
    ],
  },
  judge: (stack) =>
    bucketsWith(stack, "BucketPolicy").flatMap((subject) =>
      judgeSetting(subject, {
        judge: ({ root }) => judgePolicy(root.at("policy")),
        inline: { property: "policy", judge: judgePolicy },
        absent: MISSING,
        remedy: REMEDY,
      }),
    ),
});

function judgePolicy(field: Field): Finding[] {
  const document = readDocument(field);
  if (document.type === "unknown") return [undecided(document.field)];
  if (document.type === "malformed") {
    return [violation(field, `it is no policy document: ${document.problem}.`, REMEDY)];
  }
  const isRefused = document.type === "known" && document.statements.some(refusesPlainText);
  return isRefused ? [] : [violation(field, MISSING, REMEDY)];
}

/** With a second condition beside it, it would refuse less. */
function refusesPlainText({ effect, actions, resources, principals, conditions }: Statement): boolean {
  const [condition, ...others] = conditions;
  return (
    effect === "Deny" &&
    principals.some(({ id }) => id === "*") &&
    actions.some((action) => action === "*" || action.toLowerCase() === "s3:*") &&
    coversBucketAndObjects(resources) &&
    others.length === 0 &&
    condition !== undefined &&
    ["Bool", "BoolIfExists"].includes(condition.operator) &&
    condition.key.toLowerCase() === "aws:securetransport" &&
    condition.values.join() === "false"
  );
}

function coversBucketAndObjects(resources: readonly string[]): boolean {
  if (resources.some((resource) => resource === "*" || /^arn:[^:]*:s3:::[^/]*\*$/.test(resource)))
    return true;
  return resources.some((bucket) => !bucket.includes("/") && resources.includes(`${bucket}/*`));
}
