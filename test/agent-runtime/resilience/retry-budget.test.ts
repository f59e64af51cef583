import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { RetryBudget } from "../../../agent-runtime/src/resilience/retry-budget.ts";

function budgetAt(startMs: number) {
  let nowMs = startMs;
  const budget = new RetryBudget({ nowMs: () => nowMs });
  return {
    budget,
    advance(ms: number) {
      nowMs += ms;
    },
  };
}

/** How many retries are left. */
function takeAll(budget: RetryBudget): number {
  let taken = 0;
  while (budget.tryTake()) taken += 1;
  return taken;
}

describe("the retry budget", () => {
  it("lets single failures of little traffic be retried", () => {
    const { budget } = budgetAt(0);
    budget.countCall();
    expect(takeAll(budget)).toBe(3);
  });

  it("is a tenth of the traffic", () => {
    const { budget } = budgetAt(0);
    for (let call = 0; call < 1_000; call += 1) budget.countCall();
    expect(takeAll(budget)).toBe(100);
  });

  it("comes back when the retries have left the window", () => {
    const { budget, advance } = budgetAt(7_700);
    takeAll(budget);
    advance(9_000);
    expect(budget.tryTake()).toBe(false);
    advance(1_000);
    expect(takeAll(budget)).toBe(3);
  });

  it("is the floor again after hours of silence", () => {
    const { budget, advance } = budgetAt(0);
    for (let call = 0; call < 1_000; call += 1) budget.countCall();
    advance(7_200_000);
    expect(takeAll(budget)).toBe(3);
  });

  it("never gives more than a tenth or the floor within a window, whatever comes in which order", () => {
    const step = fc.record({ calls: fc.nat(50), retries: fc.nat(20), ms: fc.nat(3_000) });
    fc.assert(
      fc.property(fc.array(step, { maxLength: 60 }), (steps) => {
        const { budget, advance } = budgetAt(0);
        let calls = 0;
        let granted = 0;
        for (const { calls: arriving, retries, ms } of steps) {
          for (let call = 0; call < arriving; call += 1) budget.countCall();
          for (let retry = 0; retry < retries; retry += 1) if (budget.tryTake()) granted += 1;
          calls += arriving;
          advance(ms);
        }
        const seconds = steps.reduce((sum, { ms }) => sum + ms, 0) / 1000;
        expect(granted).toBeLessThanOrEqual(calls * 0.1 + 3 * (seconds / 10 + 2) + steps.length);
      }),
    );
  });
});
