import type { Field } from "../manifests/field.ts";
import { type Finding, undecided, violation } from "../pack/finding.ts";
import { stackPolicy } from "../pack/stack-policy.ts";
import { judgeSetting } from "./bucket-setting.ts";
import { bucketsWith } from "./cloud-stack.ts";

const REMEDY =
  "Add a BucketLifecycleConfiguration with an enabled rule for everything that has noncurrentVersionExpiration and abortIncompleteMultipartUpload.";

/** What only a rule takes away: no listing shows it, and it is paid for. */
const ENDS = {
  noncurrentVersionExpiration: "versions that were overwritten or deleted stay for ever.",
  abortIncompleteMultipartUpload: "parts of uploads that were given up stay for ever.",
} as const;

const BUCKET = { type: "aws:s3/bucket:Bucket", properties: { bucket: "backups" } };
const lifecycle = (rule: object) => ({
  type: "aws:s3/bucketLifecycleConfiguration:BucketLifecycleConfiguration",
  properties: { bucket: "backups", rules: [rule] },
});
const RULE = {
  id: "expire",
  status: "Enabled",
  filter: { prefix: "" },
  noncurrentVersionExpiration: { noncurrentDays: 1 },
  abortIncompleteMultipartUpload: { daysAfterInitiation: 2 },
};

export const bucketRequireLifecycle = stackPolicy({
  name: "bucket-require-lifecycle",
  description: "What a bucket holds beside its current objects is deleted after a time.",
  severity: "low",
  controls: [{ framework: "nist", control: "SI-12" }],
  reason:
    "Earlier versions and parts of broken uploads show in no listing and are paid for without end, and what was to be deleted is still there.",
  remedy: REMEDY,
  parameters: {},
  examples: {
    pass: [{ what: "a rule for both", cloud: [BUCKET, lifecycle(RULE)] }],
    fail: [
      { what: "a bucket without rules", cloud: [BUCKET] },
      { what: "a rule that is switched off", cloud: [BUCKET, lifecycle({ ...RULE, status: "Disabled" })] },
      {
        what: "a rule that leaves versions",
        cloud: [BUCKET, lifecycle({ ...RULE, noncurrentVersionExpiration: null })],
      },
    ],
  },
  judge: (stack) =>
    bucketsWith(stack, "BucketLifecycleConfiguration").flatMap((subject) =>
      judgeSetting(subject, {
        judge: ({ root }) => judgeRules(root.at("rules")),
        absent: "nothing deletes its earlier versions and the parts of broken uploads.",
        remedy: REMEDY,
      }),
    ),
});

function judgeRules(rules: Field): Finding[] {
  const items = rules.items();
  return Object.entries(ENDS).flatMap(([property, problem]) => {
    const verdicts = items.map((rule) => ends(rule, property));
    if (verdicts.includes(true)) return [];
    const open = verdicts.filter((verdict) => typeof verdict !== "boolean");
    if (open.length > 0) return open.map((verdict) => undecided(verdict.unknown));
    return [violation(rules, `no enabled rule for everything has ${property}: ${problem}`, REMEDY)];
  });
}

/** Whether a rule is in force for everything and has this end, or the value that decides. */
function ends(rule: Field, property: string): boolean | { readonly unknown: Field } {
  const parts = [
    { field: rule.at("status"), holds: (field: Field) => field.value === "Enabled" },
    { field: rule.at(property), holds: (field: Field) => !field.missing },
    { field: rule.at("filter"), holds: isForEverything },
  ];
  if (parts.some(({ field, holds }) => !field.unknown && !holds(field))) return false;
  const open = parts.find(({ field }) => field.unknown);
  return open === undefined || { unknown: open.field };
}

function isForEverything(filter: Field): boolean {
  return filter.entries().every(([key, value]) => value.missing || (key === "prefix" && value.value === ""));
}
