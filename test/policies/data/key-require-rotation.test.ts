import { describe, expect, it } from "vitest";
import { keyRequireRotation } from "../../../policies/data/key-require-rotation.ts";
import { judge, UNKNOWN } from "../judge.ts";

const KEY = "aws:kms/key:Key";
const GOOD = { enableKeyRotation: true, deletionWindowInDays: 30 };
const run = (properties: object, config = {}, type = KEY) =>
  judge(keyRequireRotation, { ...properties }, { type, config });

describe("key-require-rotation", () => {
  it.each([
    ["a key that is rotated", GOOD],
    ["the default window", { ...GOOD, deletionWindowInDays: null }],
    ["a shorter period", { ...GOOD, rotationPeriodInDays: 90 }],
    ["the period of a year", { ...GOOD, rotationPeriodInDays: 365 }],
    ["a symmetric key by name", { ...GOOD, customerMasterKeySpec: "SYMMETRIC_DEFAULT" }],
    ["a pair, which is not rotated", { customerMasterKeySpec: "RSA_4096" }],
    ["a key in a store of one's own", { customKeyStoreId: "cks-1" }],
    [
      "a key of unknown kind that is rotated",
      { ...GOOD, customerMasterKeySpec: UNKNOWN, customKeyStoreId: UNKNOWN },
    ],
  ])("allows %s", async (_, properties) => {
    expect(await run(properties)).toEqual({ violations: [], undecided: undefined });
  });

  it.each([
    ["no rotation", {}, "at .enableKeyRotation: it is not set, which means false"],
    ["rotation as null", { enableKeyRotation: null }, "it is not set, which means false"],
    ["rotation switched off", { enableKeyRotation: false }, "it is false: the key is never rotated"],
    ["rotation as text", { enableKeyRotation: "true" }, 'it is "true"'],
    ["a symmetric key without rotation", { customerMasterKeySpec: "SYMMETRIC_DEFAULT" }, "not set"],
    [
      "a long period",
      { ...GOOD, rotationPeriodInDays: 366 },
      "at .rotationPeriodInDays: it is 366 where at most 365",
    ],
    ["a period as text", { ...GOOD, rotationPeriodInDays: "90" }, 'it is "90"'],
    [
      "a short window",
      { ...GOOD, deletionWindowInDays: 29 },
      "at .deletionWindowInDays: it is 29 where at least 30",
    ],
    ["a window as text", { ...GOOD, deletionWindowInDays: "30" }, 'it is "30"'],
    ["a short window of a pair", { customerMasterKeySpec: "RSA_4096", deletionWindowInDays: 7 }, "it is 7"],
  ])("refuses %s", async (_, properties, words) => {
    expect((await run(properties)).violations).toEqual([expect.stringContaining(words)]);
  });

  it.each(["aws:kms/replicaKey:ReplicaKey", "aws:kms/externalKey:ExternalKey"])(
    "asks %s for its window alone",
    async (type) => {
      expect((await run({ deletionWindowInDays: 30 }, {}, type)).violations).toEqual([]);
      expect((await run({ deletionWindowInDays: 7 }, {}, type)).violations).toHaveLength(1);
    },
  );

  it.each([
    ["enableKeyRotation", { deletionWindowInDays: 30, enableKeyRotation: UNKNOWN }],
    ["customerMasterKeySpec", { customerMasterKeySpec: UNKNOWN }],
    ["customKeyStoreId", { customKeyStoreId: UNKNOWN }],
    ["rotationPeriodInDays", { ...GOOD, rotationPeriodInDays: UNKNOWN }],
    ["deletionWindowInDays", { ...GOOD, deletionWindowInDays: UNKNOWN }],
  ])("leaves %s open where it is not known yet", async (name, properties) => {
    expect(await run(properties)).toEqual({ violations: [], undecided: expect.stringContaining(`.${name}`) });
  });

  it("takes window and period from the configuration", async () => {
    expect(
      (await run({ ...GOOD, deletionWindowInDays: 7 }, { minimumDeletionWindowDays: 7 })).violations,
    ).toEqual([]);
    expect(
      (await run({ ...GOOD, rotationPeriodInDays: 365 }, { maximumRotationDays: 180 })).violations,
    ).toHaveLength(1);
  });
});
