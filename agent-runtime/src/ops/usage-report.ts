import { toUsd } from "../limits/money.ts";
import type { UsageRow } from "../store/contract.ts";
import { renderCsv } from "./csv.ts";

/** What usage can be grouped by. Hours and days are those of UTC. */
export const USAGE_DIMENSIONS = ["tenant", "agent", "model", "hour", "day"] as const;
export type UsageDimension = (typeof USAGE_DIMENSIONS)[number];

const COUNTS = ["requests", "inputTokens", "outputTokens", "cacheReadTokens", "cacheWriteTokens"] as const;

/** What was used, and its price. */
export type UsageSum = Readonly<Record<(typeof COUNTS)[number], number>> & { readonly costUsd: number };

/** A group: its value of each dimension asked for, and its sums. */
export type UsageGroup = Readonly<Partial<Record<UsageDimension, string>>> & UsageSum;

export interface UsageReport {
  /** Sorted by the dimensions, in their order. */
  readonly groups: readonly UsageGroup[];
  readonly total: UsageSum;
}

type Key = readonly string[];
type MutableSum = Record<(typeof COUNTS)[number] | "costNanoUsd", number>;

/** Sums up usage by the dimensions, exactly: money is added up in nano-dollars. */
export function groupUsage(rows: readonly UsageRow[], by: readonly UsageDimension[]): UsageReport {
  const groups = new Map<string, { readonly key: Key; readonly sum: MutableSum }>();
  const total = emptySum();
  for (const row of rows) {
    const key = by.map((dimension) => dimensionOf(row, dimension));
    const id = JSON.stringify(key);
    const group = groups.get(id) ?? { key, sum: emptySum() };
    groups.set(id, group);
    add(group.sum, row);
    add(total, row);
  }
  const sorted = [...groups.values()].sort((a, b) => compareKeys(a.key, b.key));
  return {
    groups: sorted.map(({ key, sum }) => ({ ...namedBy(by, key), ...inUsd(sum) })),
    total: inUsd(total),
  };
}

/** The groups as CSV, for spreadsheets. */
export function renderUsageCsv({ groups }: UsageReport, by: readonly UsageDimension[]): string {
  const rows = groups.map((group) => [
    ...by.map((dimension) => group[dimension] ?? ""),
    ...COUNTS.map((count) => group[count]),
    // As a number it could come out with an exponent, which not every spreadsheet reads.
    group.costUsd.toFixed(9),
  ]);
  return renderCsv([...by, ...COUNTS, "costUsd"], rows);
}

function dimensionOf(row: UsageRow, dimension: UsageDimension): string {
  return dimension === "day" ? row.hour.slice(0, "2026-11-25".length) : row[dimension];
}

function emptySum(): MutableSum {
  return {
    requests: 0,
    inputTokens: 0,
    outputTokens: 0,
    cacheReadTokens: 0,
    cacheWriteTokens: 0,
    costNanoUsd: 0,
  };
}

function add(sum: MutableSum, row: UsageRow): void {
  for (const count of COUNTS) sum[count] += row[count];
  sum.costNanoUsd += row.costNanoUsd;
}

function inUsd({ costNanoUsd, ...counts }: MutableSum): UsageSum {
  return { ...counts, costUsd: toUsd(costNanoUsd) };
}

function namedBy(by: readonly UsageDimension[], key: Key): Partial<Record<UsageDimension, string>> {
  return Object.fromEntries(by.map((dimension, index) => [dimension, key[index]]));
}

/** By code units, so that the order is the same on every machine. */
function compareKeys(a: Key, b: Key): number {
  const index = a.findIndex((value, position) => value !== b[position]);
  return index === -1 ? 0 : (a[index] ?? "") < (b[index] ?? "") ? -1 : 1;
}
