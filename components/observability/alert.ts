import type { ObservabilityFacts } from "./facts.ts";

/** `critical` wakes somebody up, `warning` is for today, `info` for the record. */
export type Severity = "critical" | "warning" | "info";

/** Who is told: those who run the platform, or those whose agents use it. */
export type Team = "platform" | "agents";

/** Dashboards that alerts lead to, by their uid without the common prefix. */
export type DashboardName =
  | "overview"
  | "agents"
  | "cost"
  | "gateway"
  | "valkey"
  | "postgres"
  | "slo"
  | "regions";

/** One row of an alert table. */
export interface Alert {
  /** In Pascal case, unique but for rows that say the same of several workloads. */
  readonly name: string;
  readonly severity: Severity;
  readonly team: Team;
  /** What is wrong, in one sentence; may use Prometheus's templates. */
  readonly summary: string;
  /** What it means for callers or operators. */
  readonly description: string;
  readonly dashboard: DashboardName;
  /** How long the expression has to hold, such as `5m`. */
  readonly for: string;
  readonly expr: string;
  /** Labels that the expression does not give. Default: none. */
  readonly labels?: Readonly<Record<string, string>>;
}

/** A table of alerts, as it is for one region. */
export type AlertTable = (facts: ObservabilityFacts) => Alert[];

/** File name of an alert's runbook without its ending: `HighErrorRate` has `high-error-rate`. */
export function runbookSlug(alert: string): string {
  return alert.replace(/(?<=[a-z0-9])(?=[A-Z])|(?<=[A-Z])(?=[A-Z][a-z])/g, "-").toLowerCase();
}

/** Uid of a dashboard, the same in every Grafana. */
export function dashboardUid(name: DashboardName): string {
  return `claude-agents-${name}`;
}
