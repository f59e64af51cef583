/** One series, or several that differ in a label. */
export interface Query {
  readonly expr: string;
  /** Name in the legend, with labels as `{{label}}`. */
  readonly legend: string;
  /** Why there is nothing to see while all is well. Absent: there is always something. */
  readonly emptyWhenHealthy?: string;
}

/** Where a panel changes colour. Below `warn` it is green; with `lowIsBad` the other way round. */
export interface Levels {
  readonly warn: number;
  readonly crit: number;
  readonly lowIsBad?: boolean;
}

/** One panel as data. */
export interface Panel {
  /** `stat` is the value of now, `graph` its history, `list` one line for each series. */
  readonly kind: "stat" | "graph" | "list";
  readonly title: string;
  /** What it means and what to look for. */
  readonly description: string;
  /** Grafana's name of the unit: `percentunit`, `s`, `reqps`, `short`, `bytes`, `currencyUSD`. */
  readonly unit: string;
  readonly queries: readonly Query[];
  readonly levels?: Levels;
  /** Columns of 24. Default: 6 for `stat`, 12 for others. */
  readonly width?: number;
}

export interface Row {
  readonly title: string;
  readonly panels: readonly Panel[];
}

/** Choices at the top of a dashboard. */
export type VariableName = "region" | "agent_type" | "model";

export interface DashboardSpec {
  readonly title: string;
  readonly description: string;
  readonly variables: readonly VariableName[];
  /** The runbook that belongs to it, as the name of an alert. */
  readonly alert: string;
  /** How often it asks again. Default 30s. */
  readonly refresh?: string;
  /** How far it looks back. Default now-6h. */
  readonly from?: string;
  readonly rows: readonly Row[];
}
