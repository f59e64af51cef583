import { afterEach, expect, test, vi } from "vitest";
import { EmbeddedLedger } from "../../../../agent-runtime/src/store/embedded/embedded-ledger.ts";
import { EmbeddedStore } from "../../../../agent-runtime/src/store/embedded/embedded-store.ts";
import { expectLedgerLikeModel } from "../ledger-model.ts";
import { recordingLog } from "../recording-log.ts";
import { NEVER_REFILLS, requestFor } from "../sample-charges.ts";

afterEach(() => vi.useRealTimers());

test("the embedded ledger does what the model of a ledger does", async () => {
  const store = new EmbeddedStore({ log: recordingLog().log });
  await expectLedgerLikeModel(store, 300);
  await store.close();
});

test.each([3_600_000, -3_600_000])(
  "fault 45: a jump of the clock by %d ms fills no bucket and empties none",
  async (jumpMs) => {
    const store = new EmbeddedStore({ log: recordingLog().log });
    const bucket = { id: "key", capacity: 10, refillPerSecond: NEVER_REFILLS * 10, amount: 4 };
    await store.ledger.admit(requestFor({ buckets: [bucket] }));
    vi.useFakeTimers({ toFake: ["Date"], now: Date.now() + jumpMs });
    expect(await store.ledger.admit(requestFor({ buckets: [{ ...bucket, amount: 0 }] }))).toMatchObject({
      kind: "admitted",
      buckets: [{ remaining: 6 }],
    });
    await store.close();
  },
);

test("a session that spends nothing leaves nothing behind, and one that spent is forgotten after two days", async () => {
  const ledger = new EmbeddedLedger({ percentOf: () => undefined, onChange: () => undefined });
  const endsAtMs = Date.now();
  const budgets = ["session:acme/s1", "fleet"].map((id) => ({ id, capNanoUsd: 1000, endsAtMs }));
  await ledger.admit(requestFor({ budgets, boundNanoUsd: 0 }));
  expect(ledger.snapshot().budgets).toEqual([]);
  await ledger.admit(requestFor({ budgets, boundNanoUsd: 10 }));
  ledger.sweep(endsAtMs + 3 * 24 * 3_600_000);
  expect(ledger.snapshot().budgets.map(({ id }) => id)).toEqual(["fleet"]);
});
