import { randomUUID } from "node:crypto";
import { afterEach, beforeEach, describe, expect, test, vi } from "vitest";
import type { Store } from "../../../agent-runtime/src/store/contract.ts";
import type { Admission } from "../../../agent-runtime/src/store/ledger.ts";
import { budget, NEVER_REFILLS, requestFor, settlementOf } from "./sample-charges.ts";

/** What the ledger of every adapter does. Each test has ids of its own, so that one server can serve them all. */
export function describeLedger(open: () => Promise<Store>, adapter: string): void {
  let store: Store;
  let unique: string;

  beforeEach(async () => {
    store = await open();
    unique = randomUUID();
  });

  afterEach(() => store.close());

  const bucket = (amount: number, changes = {}) => ({
    id: `bucket-${unique}`,
    capacity: 10,
    refillPerSecond: NEVER_REFILLS,
    amount,
    ...changes,
  });

  async function admitted(request: ReturnType<typeof requestFor>) {
    const admission = await store.ledger.admit(request);
    if (admission.kind !== "admitted") throw new Error(`not admitted but ${admission.kind}`);
    return admission;
  }

  async function reading(id: string) {
    const [first] = await store.ledger.readBudgets([id]);
    return first;
  }

  describe(`token buckets of the ${adapter} store`, () => {
    test("a bucket begins full and says what remains", async () => {
      const { buckets } = await admitted(requestFor({ buckets: [bucket(3)] }));
      expect(buckets).toEqual([{ remaining: 7, fullInMs: expect.any(Number) }]);
      expect(Math.abs((buckets[0]?.fullInMs ?? 0) - 3e9)).toBeLessThan(10_000);
    });

    test("a bucket that is short refuses and takes nothing", async () => {
      await admitted(requestFor({ buckets: [bucket(8)] }));
      const refused = await store.ledger.admit(requestFor({ buckets: [bucket(3)] }));
      expect(refused).toMatchObject({ kind: "rate-limited", index: 0, buckets: [{ remaining: 2 }] });
      await admitted(requestFor({ buckets: [bucket(2)] }));
    });

    test("a refusal says when the amount will be there", async () => {
      const quick = { refillPerSecond: 0.1 };
      await admitted(requestFor({ buckets: [bucket(10, quick)] }));
      const refused = await store.ledger.admit(requestFor({ buckets: [bucket(2, quick)] }));
      const { retryAfterMs } = refused as Extract<Admission, { kind: "rate-limited" }>;
      expect(retryAfterMs).toBeGreaterThan(15_000);
      expect(retryAfterMs).toBeLessThanOrEqual(20_000);
    });

    test("of several short buckets the one that takes longest is named", async () => {
      const slow = { id: `slow-${unique}`, refillPerSecond: NEVER_REFILLS };
      const quick = { id: `quick-${unique}`, refillPerSecond: 1 };
      const full = [bucket(10, slow), bucket(10, quick)];
      await admitted(requestFor({ buckets: full }));
      const refused = await store.ledger.admit(requestFor({ buckets: full.toReversed() }));
      expect(refused).toMatchObject({ kind: "rate-limited", index: 1 });
    });

    test("a bucket refills smoothly", async () => {
      const quick = { refillPerSecond: 200 };
      await admitted(requestFor({ buckets: [bucket(10, quick)] }));
      await vi.waitFor(() => admitted(requestFor({ buckets: [bucket(1, quick)] })), { interval: 2 });
    });

    test("settling gives back what was not used, and never more than the capacity", async () => {
      const request = requestFor({ buckets: [bucket(8)] });
      await admitted(request);
      store.ledger.settle(settlementOf(request, 0, [1]));
      const { buckets } = await admitted(requestFor({ buckets: [bucket(0)] }));
      expect(buckets[0]?.remaining).toBe(9);
    });

    test("settling takes what was used beyond the estimate, up to a debt of one capacity", async () => {
      const request = requestFor({ buckets: [bucket(1)] });
      await admitted(request);
      store.ledger.settle(settlementOf(request, 0, [1000]));
      const refused = await store.ledger.admit(requestFor({ buckets: [bucket(1)] }));
      expect(refused).toMatchObject({ kind: "rate-limited", buckets: [{ remaining: -10 }] });
    });
  });

  describe(`concurrency in the ${adapter} store`, () => {
    test("leases beyond the bound are refused until one is settled", async () => {
      const concurrency = [{ id: `tenant-${unique}`, max: 2 }];
      const first = requestFor({ concurrency });
      await admitted(first);
      await admitted(requestFor({ concurrency }));
      expect(await store.ledger.admit(requestFor({ concurrency }))).toEqual({
        kind: "too-many-at-once",
        index: 0,
      });
      store.ledger.settle(settlementOf(first, 0));
      await admitted(requestFor({ concurrency }));
    });

    test("settling a lease twice frees one place", async () => {
      const concurrency = [{ id: `tenant-${unique}`, max: 1 }];
      const first = requestFor({ concurrency });
      await admitted(first);
      store.ledger.settle(settlementOf(first, 0));
      store.ledger.settle(settlementOf(first, 0));
      await admitted(requestFor({ concurrency }));
      expect(await store.ledger.admit(requestFor({ concurrency }))).toMatchObject({
        kind: "too-many-at-once",
      });
    });
  });

  describe(`budgets in the ${adapter} store`, () => {
    test("the bound is reserved on admission and becomes the cost on settlement", async () => {
      const id = `budget-${unique}`;
      const request = requestFor({ boundNanoUsd: 70, budgets: [budget(id, 100)] });
      const { budgets } = await admitted(request);
      expect(budgets).toEqual([{ spentNanoUsd: 0, reservedNanoUsd: 70 }]);
      store.ledger.settle(settlementOf(request, 42));
      expect(await reading(id)).toEqual({ id, spentNanoUsd: 42, reservedNanoUsd: 0, unconfirmedNanoUsd: 0 });
    });

    test("a bound that would pass the cap is refused, one that reaches it exactly is admitted", async () => {
      const budgets = [budget(`budget-${unique}`, 100)];
      await admitted(requestFor({ boundNanoUsd: 60, budgets }));
      const refused = await store.ledger.admit(requestFor({ boundNanoUsd: 41, budgets }));
      expect(refused).toEqual({
        kind: "over-budget",
        index: 0,
        state: { spentNanoUsd: 0, reservedNanoUsd: 60 },
      });
      await admitted(requestFor({ boundNanoUsd: 40, budgets }));
    });

    test("all scopes are charged or none", async () => {
      const roomy = budget(`roomy-${unique}`, 1000);
      const tight = budget(`tight-${unique}`, 10);
      const concurrency = [{ id: `tenant-${unique}`, max: 1 }];
      const request = { boundNanoUsd: 50, budgets: [roomy, tight], buckets: [bucket(4)], concurrency };
      expect(await store.ledger.admit(requestFor(request))).toMatchObject({ kind: "over-budget", index: 1 });
      expect((await reading(roomy.id))?.reservedNanoUsd).toBe(0);
      const { buckets } = await admitted(requestFor({ buckets: [bucket(0)], concurrency }));
      expect(buckets[0]?.remaining).toBe(10);
    });

    test("a settlement above the bound is charged in full", async () => {
      const id = `budget-${unique}`;
      const request = requestFor({ boundNanoUsd: 10, budgets: [budget(id, 100)] });
      await admitted(request);
      store.ledger.settle(settlementOf(request, 25));
      expect((await reading(id))?.spentNanoUsd).toBe(25);
    });

    test("settling twice charges once", async () => {
      const id = `budget-${unique}`;
      const request = requestFor({ boundNanoUsd: 10, budgets: [budget(id, 100)] });
      await admitted(request);
      store.ledger.settle(settlementOf(request, 5));
      store.ledger.settle(settlementOf(request, 5));
      expect((await reading(id))?.spentNanoUsd).toBe(5);
    });

    test("settling a lease that nobody holds charges nothing", async () => {
      const id = `budget-${unique}`;
      store.ledger.settle(settlementOf(requestFor({ boundNanoUsd: 10, budgets: [budget(id, 100)] }), 5));
      expect(await reading(id)).toEqual({ id, spentNanoUsd: 0, reservedNanoUsd: 0, unconfirmedNanoUsd: 0 });
    });

    test("sums stay exact up to nine million dollars", async () => {
      const id = `budget-${unique}`;
      const budgets = [budget(id, Number.MAX_SAFE_INTEGER)];
      const large = requestFor({ boundNanoUsd: 8_999_999_999_999_998, budgets });
      const { budgets: states } = await admitted(large);
      expect(states).toEqual([{ spentNanoUsd: 0, reservedNanoUsd: 8_999_999_999_999_998 }]);
      store.ledger.settle(settlementOf(large, 8_999_999_999_999_998));
      await admitted(requestFor({ boundNanoUsd: 1, budgets }));
      expect(await reading(id)).toMatchObject({ spentNanoUsd: 8_999_999_999_999_998, reservedNanoUsd: 1 });
    });
  });

  describe(`switches in the ${adapter} store`, () => {
    const passes = async (scope: string, dice: number) =>
      (await store.ledger.admit(requestFor({ scopes: ["fleet", scope], dice }))).kind === "admitted";

    test("a request passes when no switch of its scopes is set", async () => {
      expect(await passes(`tenant:${unique}`, 99)).toBe(true);
    });

    test("a switch at 0 % stops its scope and no other", async () => {
      await store.table("switches").set(`tenant:${unique}`, '{"percent":0,"reason":"test"}');
      const stopped = await store.ledger.admit(requestFor({ scopes: ["fleet", `tenant:${unique}`] }));
      expect(stopped).toEqual({ kind: "switched-off", scope: `tenant:${unique}` });
      expect(await passes(`tenant:other-${unique}`, 0)).toBe(true);
    });

    test("a switch that is resumed in part lets those dice pass that lie below", async () => {
      await store.table("switches").set(`tenant:${unique}`, '{"percent":20}');
      expect([await passes(`tenant:${unique}`, 19), await passes(`tenant:${unique}`, 20)]).toEqual([
        true,
        false,
      ]);
    });

    test("a switch that is removed stops nothing", async () => {
      await store.table("switches").set(`tenant:${unique}`, '{"percent":0}');
      await store.table("switches").delete(`tenant:${unique}`);
      expect(await passes(`tenant:${unique}`, 99)).toBe(true);
    });

    test.each(["", "nonsense", "null", '{"percent":"many"}', "[]"])(
      "a row that cannot be read, %j, stops its scope",
      async (row) => {
        await store.table("switches").set(`tenant:${unique}`, row);
        expect(await passes(`tenant:${unique}`, 0)).toBe(false);
      },
    );

    test("a stopped request takes nothing", async () => {
      await store.table("switches").set(`tenant:${unique}`, '{"percent":0}');
      await store.ledger.admit(requestFor({ scopes: [`tenant:${unique}`], buckets: [bucket(5)] }));
      expect((await admitted(requestFor({ buckets: [bucket(0)] }))).buckets[0]?.remaining).toBe(10);
    });
  });
}
