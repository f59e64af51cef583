import { describe, expect, it } from "vitest";
import { percentile, spreadOf } from "../../bench/statistics.ts";

describe("percentile", () => {
  const hundred = Array.from({ length: 100 }, (_, index) => index + 1);

  it.each([
    [0, 1],
    [0.5, 50],
    [0.99, 99],
    [0.991, 100],
    [1, 100],
  ])("takes at fraction %d of 1 to 100 the sample %d", (fraction, expected) => {
    expect(percentile(hundred, fraction)).toBe(expected);
  });

  it("is the only sample of one", () => {
    expect(percentile([7], 0.99)).toBe(7);
  });

  it("is not a number without samples", () => {
    expect(percentile([], 0.5)).toBeNaN();
  });
});

describe("spreadOf", () => {
  it("takes the middle of an odd number of rounds, whatever their order", () => {
    expect(spreadOf([30, 10, 20])).toEqual({ median: 20, min: 10, max: 30, rounds: 3 });
  });

  it("takes the mean of the two in the middle of an even number", () => {
    expect(spreadOf([4, 1, 2, 9])).toEqual({ median: 3, min: 1, max: 9, rounds: 4 });
  });

  it("has no figures without rounds", () => {
    const { median, rounds } = spreadOf([]);
    expect([median, rounds]).toEqual([Number.NaN, 0]);
  });
});
