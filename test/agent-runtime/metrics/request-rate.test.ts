import { describe, expect, it } from "vitest";
import { RequestRate } from "../../../agent-runtime/src/metrics/request-rate.ts";

function clock() {
  let nowMs = 5_000;
  return {
    now: () => nowMs,
    advance(ms: number) {
      nowMs += ms;
    },
  };
}

describe("the request rate", () => {
  it("is nothing before the first second has passed", () => {
    const { now } = clock();
    const rate = new RequestRate(now);
    rate.count();
    expect(rate.perSecond()).toBe(0);
  });

  it("is the mean over thirty whole seconds", () => {
    const { now, advance } = clock();
    const rate = new RequestRate(now);
    for (let second = 0; second < 60; second += 1) {
      for (let request = 0; request < 7; request += 1) rate.count();
      advance(1000);
    }
    expect(rate.perSecond()).toBeCloseTo(7, 10);
  });

  it("forgets a burst after thirty seconds", () => {
    const { now, advance } = clock();
    const rate = new RequestRate(now);
    for (let request = 0; request < 60; request += 1) rate.count();
    advance(1000);
    expect(rate.perSecond()).toBe(2);
    advance(30_000);
    expect(rate.perSecond()).toBe(0);
  });

  it("is nothing after a silence of hours", () => {
    const { now, advance } = clock();
    const rate = new RequestRate(now);
    rate.count();
    advance(7_200_000);
    expect(rate.perSecond()).toBe(0);
    rate.count();
    advance(1000);
    expect(rate.perSecond()).toBeCloseTo(1 / 30, 10);
  });
});
