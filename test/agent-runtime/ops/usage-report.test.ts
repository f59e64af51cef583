import fc from "fast-check";
import { describe, expect, it } from "vitest";
import {
  groupUsage,
  renderUsageCsv,
  USAGE_DIMENSIONS,
  type UsageDimension,
} from "../../../agent-runtime/src/ops/usage-report.ts";
import type { UsageRow } from "../../../agent-runtime/src/store/contract.ts";
import { usageRow } from "./ops-under-test.ts";

const rows: fc.Arbitrary<UsageRow[]> = fc.array(
  fc.record({
    hour: fc
      .integer({ min: 0, max: 72 })
      .map((hours) => new Date(Date.UTC(2026, 10, 24) + hours * 3_600_000).toISOString()),
    tenant: fc.constantFrom("acme", "globex", "constructor"),
    agent: fc.constantFrom("direct", "support"),
    model: fc.constantFrom("claude-sonnet-5-5", "claude-haiku-5-5"),
    requests: fc.nat(1000),
    inputTokens: fc.nat(1_000_000),
    outputTokens: fc.nat(1_000_000),
    cacheReadTokens: fc.nat(1_000_000),
    cacheWriteTokens: fc.nat(1_000_000),
    costNanoUsd: fc.nat(1_000_000_000),
  }),
  { maxLength: 40 },
);
const dimensions: fc.Arbitrary<UsageDimension[]> = fc.shuffledSubarray([...USAGE_DIMENSIONS]);

const sumOf = (numbers: readonly number[]) => numbers.reduce((sum, each) => sum + each, 0);

describe("groupUsage", () => {
  it("loses nothing and counts nothing twice, whatever it groups by", () => {
    fc.assert(
      fc.property(rows, dimensions, (usage, by) => {
        const { groups, total } = groupUsage(usage, by);
        for (const field of ["requests", "inputTokens", "cacheReadTokens"] as const) {
          const expected = sumOf(usage.map((row) => row[field]));
          expect([sumOf(groups.map((group) => group[field])), total[field]]).toEqual([expected, expected]);
        }
        expect(Math.round(total.costUsd * 1e9)).toBe(sumOf(usage.map(({ costNanoUsd }) => costNanoUsd)));
      }),
    );
  });

  it("makes one group of each combination, sorted by the dimensions in their order", () => {
    fc.assert(
      fc.property(rows, dimensions, (usage, by) => {
        const { groups } = groupUsage(usage, by);
        const keys = groups.map((group) => JSON.stringify(by.map((dimension) => group[dimension])));
        expect(new Set(keys).size).toBe(keys.length);
        expect(keys).toEqual([...keys].sort());
        expect(groups.length).toBeLessThanOrEqual(usage.length);
      }),
    );
  });

  it("adds up money without the error of decimal fractions", () => {
    const { total } = groupUsage(Array(10).fill(usageRow({ costNanoUsd: 100_000_000 })), []);
    expect(total.costUsd).toBe(1);
  });

  it("takes an hour's date in UTC for its day", () => {
    const usage = [
      usageRow({ hour: "2026-11-25T23:00:00.000Z" }),
      usageRow({ hour: "2026-11-25T00:00:00.000Z" }),
    ];
    expect(groupUsage(usage, ["day"]).groups).toMatchObject([{ day: "2026-11-25", requests: 2 }]);
  });
});

describe("renderUsageCsv", () => {
  it("has one line for each group, and money without an exponent", () => {
    fc.assert(
      fc.property(rows, dimensions, (usage, by) => {
        const report = groupUsage(usage, by);
        const lines = renderUsageCsv(report, by).split("\r\n");
        expect(lines.length).toBe(report.groups.length + 2);
        for (const line of lines.slice(1, -1)) expect(line.split(",").at(-1)).toMatch(/^\d+\.\d{9}$/);
      }),
    );
  });
});
