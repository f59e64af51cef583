import { describe, expect, it } from "vitest";
import { bucketRequireObjectLock } from "../../../policies/data/bucket-require-object-lock.ts";
import { judgeStack, type PolicyResource, UNKNOWN } from "../judge.ts";
import { bucket, setting } from "./buckets.ts";

const LOCKED = bucket({ objectLockEnabled: true });
const judge = (resources: readonly PolicyResource[], config = {}) =>
  judgeStack(bucketRequireObjectLock, resources, config);
const lock = (defaultRetention: unknown) =>
  setting("BucketObjectLockConfiguration", { rule: { defaultRetention } });
const GOOD = { mode: "GOVERNANCE", days: 30 };

describe("bucket-require-object-lock", () => {
  it.each([
    ["thirty days", [LOCKED, lock(GOOD)]],
    ["a year", [LOCKED, lock({ mode: "COMPLIANCE", years: 1 })]],
    [
      "a lock in the bucket itself",
      [
        bucket({
          objectLockConfiguration: { objectLockEnabled: "Enabled", rule: { defaultRetention: GOOD } },
        }),
      ],
    ],
  ])("allows %s", async (_, resources) => {
    expect(await judge(resources)).toEqual({ violations: [], undecided: undefined });
  });

  it.each([
    ["no lock", [LOCKED], "nothing locks what is written into it"],
    [
      "no default",
      [LOCKED, lock({})],
      "at .rule.defaultRetention.mode: it is not set in place of GOVERNANCE or COMPLIANCE",
    ],
    ["no mode", [LOCKED, lock({ days: 30 })], "mode: it is not set"],
    ["an unknown mode", [LOCKED, lock({ ...GOOD, mode: "governance" })], 'it is "governance" in place of'],
    ["a mode that is no text", [LOCKED, lock({ ...GOOD, mode: 1 })], "it is 1 in place of"],
    ["too few days", [LOCKED, lock({ ...GOOD, days: 29 })], "it is 29 where at least 30 days"],
    ["days as text", [LOCKED, lock({ ...GOOD, days: "30" })], 'it is "30" where'],
    ["neither days nor years", [LOCKED, lock({ mode: "GOVERNANCE" })], "days: it is not set where"],
    [
      "a bucket that takes no lock",
      [bucket(), lock(GOOD)],
      "S3 takes a lock for a bucket only that was made for it",
    ],
    [
      "a bucket that takes a lock as text",
      [bucket({ objectLockEnabled: "true" }), lock(GOOD)],
      "at .objectLockEnabled",
    ],
  ])("refuses %s", async (_, resources, words) => {
    const { violations } = await judge(resources);
    expect(violations.join("\n")).toContain(words);
  });

  it.each([
    ["the retention", [LOCKED, lock(UNKNOWN)], ".defaultRetention"],
    ["the mode", [LOCKED, lock({ ...GOOD, mode: UNKNOWN })], ".mode"],
    ["the days", [LOCKED, lock({ ...GOOD, days: UNKNOWN })], ".days"],
    ["the years", [LOCKED, lock({ mode: "COMPLIANCE", years: UNKNOWN })], ".years"],
    [
      "the lock of the bucket itself",
      [bucket({ objectLockConfiguration: UNKNOWN })],
      ".objectLockConfiguration",
    ],
    [
      "whether the bucket takes a lock",
      [bucket({ objectLockEnabled: UNKNOWN }), lock(GOOD)],
      ".objectLockEnabled",
    ],
  ])("leaves open %s, where it is not known yet", async (_, resources, place) => {
    expect(await judge(resources)).toEqual({ violations: [], undecided: expect.stringContaining(place) });
  });

  it("takes days, modes and buckets that need none from the configuration", async () => {
    expect((await judge([LOCKED, lock(GOOD)], { minimumDays: 31 })).violations).toHaveLength(1);
    expect((await judge([LOCKED, lock(GOOD)], { modes: ["COMPLIANCE"] })).violations).toEqual([
      expect.stringContaining("in place of COMPLIANCE."),
    ]);
    const unlocked = [{ bucket: "backups", reason: "It holds nothing that is not elsewhere." }];
    expect((await judge([bucket()], { unlocked })).violations).toEqual([]);
    expect((await judge([bucket({}, "other")], { unlocked })).violations).toHaveLength(2);
  });
});
