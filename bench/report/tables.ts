import type { Spread } from "../statistics.ts";
import type { AimResult, Metric, Report, Row, ScenarioResult } from "./model.ts";

export interface Table {
  readonly head: readonly string[];
  readonly rows: readonly (readonly string[])[];
}

/** A scenario's rows: the arm, its case where there are several, and the figures or why there are none. */
export function scenarioTable({ metrics, rows }: ScenarioResult): Table {
  const hasCases = rows.some((row) => row.case !== undefined);
  const names = hasCases ? ["case", "arm"] : ["arm"];
  return {
    head: [...names, ...metrics.map(({ label, unit }) => (unit === "" ? label : `${label} (${unit})`))],
    rows: byCase(rows).map((row) => {
      const name = hasCases ? [row.case ?? "all", row.arm] : [row.arm];
      return [...name, ...cellsOf(row, metrics)];
    }),
  };
}

export function aimTable(aims: readonly AimResult[]): Table {
  return {
    head: ["aim", "limit", "measured", "verdict"],
    rows: aims.map((result) => [result.aim, result.limit, result.measured ?? "–", verdictOf(result)]),
  };
}

/** Who took part, and at which version. */
export function armTable({ arms }: Report): Table {
  return { head: ["arm", "version"], rows: arms.map(({ name, version }) => [name, version]) };
}

export function verdictOf({ verdict, missedByFactor }: AimResult): string {
  return missedByFactor === undefined ? verdict : `${verdict} by ${missedByFactor.toFixed(2)}×`;
}

/** Median and range; the range of a single round would say nothing. */
export function formatSpread({ median, min, max, rounds }: Spread, digits: number): string {
  if (Number.isNaN(median)) return "–";
  const text = formatNumber(median, digits);
  return rounds < 2 ? text : `${text} (${formatNumber(min, digits)}–${formatNumber(max, digits)})`;
}

/** Cases one below the other, within each the arms in their order. */
function byCase(rows: readonly Row[]): Row[] {
  return [...Map.groupBy(rows, (row) => row.case).values()].flat();
}

function cellsOf({ outcome }: Row, metrics: readonly Metric[]): string[] {
  switch (outcome.kind) {
    case "measured":
      return metrics.map(({ key, digits }) => {
        const spread = outcome.figures[key];
        return spread === undefined ? "–" : formatSpread(spread, digits);
      });
    case "failed":
      return spanning(`failed: ${outcome.reason}`, metrics);
    case "not-run":
      return spanning(`not run: ${outcome.reason}`, metrics);
  }
}

function spanning(text: string, metrics: readonly Metric[]): string[] {
  return metrics.map((_, index) => (index === 0 ? text : ""));
}

/** Thousands are set off; a range of two minus signs needs no dash between the digits. */
function formatNumber(value: number, digits: number): string {
  return value.toLocaleString("en-GB", { minimumFractionDigits: digits, maximumFractionDigits: digits });
}
