import type { Field } from "../manifests/field.ts";
import { type Finding, undecided, violation } from "../pack/finding.ts";
import { stackPolicy } from "../pack/stack-policy.ts";
import { expectValue, judgeSetting } from "./bucket-setting.ts";
import { type BucketWith, bucketsWith } from "./cloud-stack.ts";

interface Config {
  readonly minimumDays: number;
  readonly modes: readonly string[];
  readonly unlocked: readonly { readonly bucket: string; readonly reason: string }[];
}

const REMEDY =
  "Make the bucket with objectLockEnabled and add a BucketObjectLockConfiguration with a default retention of a mode and days; a bucket that holds no backups is listed with its reason in the setting `unlocked`.";

const BUCKET = { type: "aws:s3/bucket:Bucket", properties: { bucket: "backups", objectLockEnabled: true } };
const lock = (defaultRetention: object) => ({
  type: "aws:s3/bucketObjectLockConfiguration:BucketObjectLockConfiguration",
  properties: { bucket: "backups", rule: { defaultRetention } },
});

export const bucketRequireObjectLock = stackPolicy<Config>({
  name: "bucket-require-object-lock",
  description:
    "What is written into a bucket of backups can be neither changed nor deleted for as long as backups are kept.",
  severity: "high",
  controls: [{ framework: "nist", control: "CP-9(8), AU-9, SI-12" }],
  reason:
    "Who takes over the account deletes the backups first, and versions with them. A lock holds against that too.",
  remedy: REMEDY,
  parameters: {
    minimumDays: {
      type: "integer",
      minimum: 1,
      default: 30,
      description: "The least number of days for which every version is locked.",
    },
    modes: {
      type: "array",
      items: { type: "string", enum: ["GOVERNANCE", "COMPLIANCE"] },
      default: ["GOVERNANCE", "COMPLIANCE"],
      description: "Modes that a lock may have; COMPLIANCE alone lets nobody take it away.",
    },
    unlocked: {
      type: "array",
      items: {
        type: "object",
        required: ["bucket", "reason"],
        additionalProperties: false,
        properties: { bucket: { type: "string", minLength: 1 }, reason: { type: "string", minLength: 1 } },
      },
      default: [],
      description:
        "Buckets that hold no backups, by the names of their Pulumi resources, each with its reason.",
    },
  },
  examples: {
    pass: [{ what: "thirty days", cloud: [BUCKET, lock({ mode: "GOVERNANCE", days: 30 })] }],
    fail: [
      { what: "a bucket without lock", cloud: [{ ...BUCKET, properties: { bucket: "backups" } }] },
      { what: "a lock that is too short", cloud: [BUCKET, lock({ mode: "COMPLIANCE", days: 7 })] },
    ],
  },
  judge: (stack, config) =>
    bucketsWith(stack, "BucketObjectLockConfiguration")
      .filter(({ bucket }) => !config.unlocked.some((entry) => entry.bucket === bucket.name))
      .flatMap((subject) => [...judgeBucket(subject), ...judgeLock(subject, config)]),
});

/** Without it S3 refuses the configuration, at the end of an update. */
function judgeBucket({ root, placed }: BucketWith) {
  const why = "S3 takes a lock for a bucket only that was made for it.";
  return root.at("objectLockConfiguration").missing
    ? expectValue(root.at("objectLockEnabled"), true, why, REMEDY).map((finding) => ({ placed, finding }))
    : [];
}

function judgeLock(subject: BucketWith, config: Config) {
  const judge = (lock: Field) => judgeRetention(lock.at("rule", "defaultRetention"), config);
  return judgeSetting(subject, {
    judge: ({ root }) => judge(root),
    inline: { property: "objectLockConfiguration", judge },
    absent: "nothing locks what is written into it.",
    remedy: REMEDY,
  });
}

function judgeRetention(retention: Field, { minimumDays, modes }: Config): Finding[] {
  return [...judgeMode(retention.at("mode"), modes), ...judgeDays(retention, minimumDays)];
}

function judgeMode(mode: Field, modes: readonly string[]): Finding[] {
  if (mode.unknown) return [undecided(mode)];
  if (modes.some((known) => known === mode.value)) return [];
  const got = mode.missing ? "not set" : JSON.stringify(mode.value);
  return [violation(mode, `it is ${got} in place of ${modes.join(" or ")}.`, REMEDY)];
}

/** S3 takes days or years. */
function judgeDays(retention: Field, minimum: number): Finding[] {
  const [days, years] = [retention.at("days"), retention.at("years")];
  const stated = days.missing && !years.missing ? years : days;
  if (stated.unknown) return [undecided(stated)];
  const factor = stated === years ? 365 : 1;
  if (typeof stated.value === "number" && stated.value * factor >= minimum) return [];
  const got = stated.missing ? "not set" : JSON.stringify(stated.value);
  return [violation(stated, `it is ${got} where at least ${minimum} days are to be locked.`, REMEDY)];
}
