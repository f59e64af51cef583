import { describe, expect, it } from "vitest";
import { StoreTally } from "./store-tally.ts";

/** A tally of so many writes that have been sent. */
function tallyOf(writes: number, isConfirmationWanted: boolean): StoreTally {
  const tally = new StoreTally(isConfirmationWanted);
  for (let write = 0; write < writes; write++) tally.sent();
  return tally;
}

describe("a tally of plain writes", () => {
  it("counts each write once, as acknowledged, failed or unanswered", () => {
    const tally = tallyOf(4, false);
    tally.acknowledged(0, 10);
    tally.acknowledged(1, 20);
    tally.failed(2, "NOREPLICAS");
    expect(tally.summary(new Set([0, 1]), 100)).toEqual({
      seconds: 0.1,
      sent: 4,
      acknowledged: 2,
      confirmed: 0,
      unconfirmed: 0,
      failed: 1,
      unanswered: 1,
      errors: { NOREPLICAS: 1 },
      connectionErrors: {},
      longestGap: { ms: 80, fromMs: 20 },
      stored: 2,
      lostAcknowledged: 0,
      lostConfirmed: 0,
    });
  });

  it("counts as lost what was acknowledged and is not there, not what failed", () => {
    const tally = tallyOf(3, false);
    tally.acknowledged(0, 10);
    tally.acknowledged(1, 20);
    tally.failed(2, "ECONNRESET");
    const { lostAcknowledged, stored } = tally.summary(new Set([1]), 30);
    expect({ lostAcknowledged, stored }).toEqual({ lostAcknowledged: 1, stored: 1 });
  });

  it("counts a failed write that is there after all as stored, not as acknowledged", () => {
    const tally = tallyOf(1, false);
    tally.failed(0, "ECONNRESET");
    expect(tally.summary(new Set([0]), 30)).toMatchObject({ acknowledged: 0, failed: 1, stored: 1 });
  });

  it("takes nothing that comes after the store was asked what it has", () => {
    const tally = tallyOf(3, false);
    tally.close();
    tally.acknowledged(0, 10);
    tally.confirmed(1, 10);
    tally.failed(2, "late");
    expect(tally.summary(new Set(), 30)).toMatchObject({
      acknowledged: 0,
      confirmed: 0,
      unanswered: 3,
      lostAcknowledged: 0,
      errors: {},
    });
  });
});

describe("a tally of writes that want confirmation", () => {
  it("tells lost writes that were confirmed from those that were only acknowledged", () => {
    const tally = tallyOf(3, true);
    for (const write of [0, 1, 2]) tally.acknowledged(write, 10);
    tally.confirmed(0, 11);
    tally.confirmed(1, 12);
    tally.failed(2, "UNCONFIRMED");
    expect(tally.summary(new Set([0]), 20)).toMatchObject({
      acknowledged: 3,
      confirmed: 2,
      unconfirmed: 1,
      failed: 0,
      lostAcknowledged: 2,
      lostConfirmed: 1,
      errors: { UNCONFIRMED: 1 },
    });
  });

  it("measures gaps between confirmed writes: an acknowledged one does not end a gap", () => {
    const tally = tallyOf(3, true);
    tally.acknowledged(0, 5);
    tally.confirmed(0, 10);
    tally.acknowledged(1, 50);
    tally.acknowledged(2, 90);
    tally.confirmed(2, 100);
    expect(tally.summary(new Set(), 100).longestGap).toEqual({ ms: 90, fromMs: 10 });
  });

  it("counts errors of connections apart from those of writes", () => {
    const tally = tallyOf(0, true);
    tally.connectionFailed("ECONNREFUSED");
    tally.connectionFailed("ECONNREFUSED");
    const { errors, connectionErrors } = tally.summary(new Set(), 0);
    expect({ errors, connectionErrors }).toEqual({ errors: {}, connectionErrors: { ECONNREFUSED: 2 } });
  });
});
