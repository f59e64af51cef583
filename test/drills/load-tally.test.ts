import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { LoadTally, longestGap, percentile } from "./load-tally.ts";

describe("percentile", () => {
  it("is the value that so many percent do not exceed", () => {
    const values = Array.from({ length: 100 }, (_, index) => 100 - index);
    expect([50, 95, 100].map((percent) => percentile(values, percent))).toEqual([50, 95, 100]);
  });

  it("of one value is that value", () => {
    expect(percentile([7], 50)).toBe(7);
  });

  it("of nothing is NaN, which keeps no bound", () => {
    expect(percentile([], 95)).toBeNaN();
  });
});

describe("longestGap", () => {
  it.each([
    ["between two successes", [100, 200, 900, 1000], 1000, { ms: 700, fromMs: 200 }],
    ["before the first", [800, 900], 1000, { ms: 800, fromMs: 0 }],
    ["after the last", [100, 200], 1000, { ms: 800, fromMs: 200 }],
    ["without any success", [], 1000, { ms: 1000, fromMs: 0 }],
    ["whatever the order", [900, 100, 300], 1000, { ms: 600, fromMs: 300 }],
    ["when answers came after the end", [500, 1200], 1000, { ms: 700, fromMs: 500 }],
  ])("counts the time %s", (_, successes, until, gap) => {
    expect(longestGap(successes, until)).toEqual(gap);
  });

  it("is never shorter than an even spread of the same successes", () => {
    const times = fc.array(fc.integer({ min: 0, max: 10_000 }));
    fc.assert(
      fc.property(times, (successes) => {
        expect(longestGap(successes, 10_000).ms).toBeGreaterThanOrEqual(10_000 / (successes.length + 1));
      }),
    );
  });
});

describe("a tally", () => {
  it("counts each request once, as ok, failed, unfinished or in flight", () => {
    const tally = new LoadTally();
    for (let request = 0; request < 5; request++) tally.jsonSent();
    tally.jsonOk(0, 30, "region-a");
    tally.jsonOk(10, 60, "region-a");
    tally.jsonFailed(70, "529 overloaded_error");
    tally.jsonUnfinished();
    expect(tally.counts(100).json).toEqual({
      sent: 5,
      ok: 2,
      failed: 1,
      unfinished: 1,
      notSent: 0,
      p50Ms: 30,
      p95Ms: 50,
      longestGap: { ms: 40, fromMs: 60 },
    });
  });

  it("counts streams by their end, and only whole ones as answers of a region", () => {
    const tally = new LoadTally();
    for (let stream = 0; stream < 3; stream++) tally.streamStarted();
    tally.streamEnded("complete", 10, "region-a");
    tally.streamEnded("truncated", 20, "region-a", "truncated stream");
    const { streams, byRegion } = tally.counts(30);
    expect(streams).toMatchObject({ started: 3, complete: 1, truncated: 1, explicitError: 0 });
    expect(byRegion).toEqual({ "region-a": { json: 0, streams: 1, firstMs: 10, lastMs: 10 } });
  });

  it("counts failures of both kinds by class, and keeps when the first came", () => {
    const tally = new LoadTally();
    tally.jsonFailed(10, "502 api_error");
    tally.streamEnded("explicitError", 20, null, "event api_error");
    tally.jsonFailed(30, "502 api_error");
    const { errors, firstFailures } = tally.counts(40);
    expect(errors).toEqual({ "502 api_error": 2, "event api_error": 1 });
    expect(firstFailures.map(({ atMs }) => atMs)).toEqual([10, 20, 30]);
  });

  it("keeps no more than ten failures, and counts all", () => {
    const tally = new LoadTally();
    for (let atMs = 0; atMs < 50; atMs++) tally.jsonFailed(atMs, "timeout");
    const { errors, firstFailures } = tally.counts(100);
    expect(errors).toEqual({ timeout: 50 });
    expect(firstFailures).toHaveLength(10);
  });

  it("tells which regions answered, from when to when, and how often they changed", () => {
    const tally = new LoadTally();
    for (const [atMs, region] of [
      [10, "region-a"],
      [20, "region-b"],
      [30, "region-b"],
      [40, "region-a"],
    ] as const) {
      tally.jsonOk(0, atMs, region);
    }
    const { byRegion, regionChanges } = tally.counts(50);
    expect(byRegion).toEqual({
      "region-a": { json: 2, streams: 0, firstMs: 10, lastMs: 40 },
      "region-b": { json: 2, streams: 0, firstMs: 20, lastMs: 30 },
    });
    expect(regionChanges).toBe(2);
  });

  it("names answers without the header", () => {
    const tally = new LoadTally();
    tally.jsonOk(0, 1, null);
    expect(Object.keys(tally.counts(2).byRegion)).toEqual(["unknown"]);
  });
});
