import type { Field } from "../manifests/field.ts";
import { cloudPolicy } from "../pack/cloud-policy.ts";
import { type Finding, undecided, violation } from "../pack/finding.ts";

interface Config {
  readonly minimumDeletionWindowDays: number;
  readonly maximumRotationDays: number;
}

const KEY = "aws:kms/key:Key";
const REMEDY = "Set enableKeyRotation to true, and deletionWindowInDays to the longest that AWS offers, 30.";
/** What AWS takes where nothing is said. */
const DEFAULT_WINDOW_DAYS = 30;

const key = (properties: object) => [{ type: KEY, properties }];

export const keyRequireRotation = cloudPolicy<Config>({
  name: "key-require-rotation",
  description: "A key of KMS is rotated, and its deletion can be taken back for weeks.",
  severity: "high",
  controls: [
    { framework: "cis-aws", control: "3.6" },
    { framework: "nist", control: "SC-12, SC-28(1)" },
  ],
  reason:
    "A key that is never rotated protects ever more with one secret. What a deleted key has encrypted is lost: the window is the time in which somebody notices.",
  remedy: REMEDY,
  parameters: {
    minimumDeletionWindowDays: {
      type: "integer",
      minimum: 7,
      maximum: 30,
      default: 30,
      description: "The least number of days between the deletion of a key and its end.",
    },
    maximumRotationDays: {
      type: "integer",
      minimum: 90,
      default: 365,
      description: "The largest number of days between two rotations of a key.",
    },
  },
  examples: {
    pass: [
      { what: "a key that is rotated", cloud: key({ enableKeyRotation: true, deletionWindowInDays: 30 }) },
      {
        what: "a key pair, which AWS cannot rotate",
        cloud: key({ customerMasterKeySpec: "ECC_NIST_P256", keyUsage: "SIGN_VERIFY" }),
      },
    ],
    fail: [
      { what: "a key that is not rotated", cloud: key({ deletionWindowInDays: 30 }) },
      { what: "a week to notice", cloud: key({ enableKeyRotation: true, deletionWindowInDays: 7 }) },
    ],
  },
  types: [KEY, "aws:kms/replicaKey:ReplicaKey", "aws:kms/externalKey:ExternalKey"],
  judge: ({ type, root }, config) => [
    ...(type === KEY ? judgeRotation(root, config) : []),
    ...judgeWindow(root.at("deletionWindowInDays"), config.minimumDeletionWindowDays),
  ],
});

/** AWS rotates symmetric keys whose material it made itself. Copies follow their original. */
function judgeRotation(root: Field, { maximumRotationDays }: Config): Finding[] {
  const spec = root.at("customerMasterKeySpec");
  const store = root.at("customKeyStoreId");
  const isSymmetric = spec.unknown !== undefined || spec.missing || spec.value === "SYMMETRIC_DEFAULT";
  if (!isSymmetric || (!store.missing && !store.unknown)) return [];
  const enabled = root.at("enableKeyRotation");
  if (enabled.value === true) return judgePeriod(root.at("rotationPeriodInDays"), maximumRotationDays);
  const unknown = [enabled, spec, store].find((field) => field.unknown);
  if (unknown !== undefined) return [undecided(unknown)];
  const got = enabled.missing ? "not set, which means false" : JSON.stringify(enabled.value);
  return [violation(enabled, `it is ${got}: the key is never rotated.`, REMEDY)];
}

function judgePeriod(period: Field, maximum: number): Finding[] {
  if (period.unknown) return [undecided(period)];
  if (period.missing || (typeof period.value === "number" && period.value <= maximum)) return [];
  return [
    violation(period, `it is ${JSON.stringify(period.value)} where at most ${maximum} are allowed.`, REMEDY),
  ];
}

function judgeWindow(window: Field, minimum: number): Finding[] {
  if (window.unknown) return [undecided(window)];
  const days = window.missing ? DEFAULT_WINDOW_DAYS : window.value;
  if (typeof days === "number" && days >= minimum) return [];
  return [
    violation(window, `it is ${JSON.stringify(days)} where at least ${minimum} are asked for.`, REMEDY),
  ];
}
