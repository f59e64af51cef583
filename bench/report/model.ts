import type { Spread } from "../statistics.ts";

/** One column of a scenario's table. */
export interface Metric {
  readonly key: string;
  readonly label: string;
  readonly unit: string;
  readonly digits: number;
}

export type Outcome =
  | { readonly kind: "measured"; readonly figures: Readonly<Record<string, Spread>> }
  /** It should have worked. */
  | { readonly kind: "failed"; readonly reason: string }
  /** It was not to be had, or cannot do it. */
  | { readonly kind: "not-run"; readonly reason: string };

export interface Row {
  readonly arm: string;
  /** Where a scenario has several cases. */
  readonly case?: string;
  readonly outcome: Outcome;
}

export interface ScenarioResult {
  readonly name: string;
  readonly title: string;
  /** How it was measured, in sentences. */
  readonly method: string;
  readonly metrics: readonly Metric[];
  readonly rows: readonly Row[];
}

/** What became of one aim. */
export interface AimResult {
  readonly aim: string;
  readonly limit: string;
  /** Absent: not measured in this run. */
  readonly measured?: string;
  readonly verdict: "met" | "missed" | "not measured";
  /** How far beyond the limit: 1.3 is 30 % too much or too little. */
  readonly missedByFactor?: number;
}

/** Cores and Node only: a report must not tell whose machine it was. */
export interface Machine {
  readonly cores: number;
  readonly node: string;
  /** How busy it was with other things before and after, in percent of all cores. */
  readonly busyBefore: number;
  readonly busyAfter: number;
}

export interface Report {
  /** ISO 8601. */
  readonly date: string;
  readonly commit: string;
  readonly machine: Machine;
  readonly quick: boolean;
  readonly rounds: number;
  readonly arms: readonly { readonly name: string; readonly version: string }[];
  readonly aims: readonly AimResult[];
  readonly scenarios: readonly ScenarioResult[];
}
