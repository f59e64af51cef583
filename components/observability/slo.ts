import { METRICS } from "../../agent-runtime/src/contract.ts";
import type { Alert, AlertTable, Severity } from "./alert.ts";
import type { ObservabilityFacts } from "./facts.ts";
import { select } from "./promql.ts";

/** A series that is evaluated once and used by many. */
export interface RecordingRule {
  /** `level:metric:operations`. */
  readonly record: string;
  readonly expr: string;
}

/** What is promised, as the part of the requests that may break the promise and the part that does. */
interface Objective {
  /** In Pascal case; alerts are named after it. */
  readonly name: string;
  readonly summary: string;
  /** Metric in the names of the recording rules. */
  readonly metric: string;
  /** Part of the requests that may break the promise, from 0 to 1: the error budget. */
  readonly budget: number;
  /** Part of the requests that broke it over a window, from 0 to 1. */
  readonly badRatio: (window: string) => string;
}

const AVAILABILITY = { name: "Availability", metric: "claude_agent_requests_errors" };
const LATENCY = { name: "Latency", metric: "claude_agent_requests_slow" };

/** Names of the objectives, and of their metrics in recorded series. */
export const OBJECTIVES = [AVAILABILITY, LATENCY] as const;

const LATENCY_PERCENT = 95;

/** What a caller did not get because of itself (refused, cancelled) is no broken promise. */
const COUNTED = ["success", "error"];

function objectivesOf(facts: ObservabilityFacts): Objective[] {
  const { availabilityPercent, latencyP95Seconds } = facts.objectives;
  const requests = (window: string, status: string | readonly string[]) =>
    `sum(rate(${select(facts, METRICS.requestsTotal, { status })}[${window}]))`;
  const durations = (window: string, suffix: string, matchers = {}) =>
    `sum(rate(${select(facts, METRICS.requestDurationSeconds + suffix, matchers)}[${window}]))`;
  return [
    {
      ...AVAILABILITY,
      summary: `${availabilityPercent} % of the requests succeed`,
      budget: 1 - availabilityPercent / 100,
      // Without any error there is no such series, and no errors are none.
      badRatio: (window) => `(${requests(window, "error")} or vector(0)) / ${requests(window, COUNTED)}`,
    },
    {
      ...LATENCY,
      summary: `${LATENCY_PERCENT} % of the requests are answered within ${latencyP95Seconds} s`,
      budget: 1 - LATENCY_PERCENT / 100,
      badRatio: (window) =>
        `1 - ${durations(window, "_bucket", { le: String(latencyP95Seconds) })} / ${durations(window, "_count")}`,
    },
  ];
}

/**
 * Pairs of windows and burn rates by the SRE workbook ("Alerting on SLOs", multiwindow, multi-burn-rate): the long window
 * says that it matters, the short one that it goes on. A factor of 14.4 spends 2 % of a month's budget within an hour.
 */
const BURNS: readonly { speed: string; severity: Severity; for: string; pairs: readonly BurnPair[] }[] = [
  {
    speed: "Fast",
    severity: "critical",
    for: "2m",
    pairs: [
      { long: "1h", short: "5m", factor: 14.4 },
      { long: "6h", short: "30m", factor: 6 },
    ],
  },
  {
    speed: "Slow",
    severity: "warning",
    for: "15m",
    pairs: [
      { long: "1d", short: "2h", factor: 3 },
      { long: "3d", short: "6h", factor: 1 },
    ],
  },
];

interface BurnPair {
  readonly long: string;
  readonly short: string;
  readonly factor: number;
}

const WINDOWS = BURNS.flatMap(({ pairs }) => pairs.flatMap(({ long, short }) => [short, long]));

/** Name of the series with the part of the requests of a region that broke a promise. */
export function ratioRecord(metric: string, window: string): string {
  return `region:${metric}:ratio_rate${window}`;
}

/** Name of the series with what is left of a month's error budget. */
export function budgetLeftRecord(metric: string): string {
  return `region:${metric}:budget_left_ratio30d`;
}

/** The ratios of every window, and what is left of the month's error budgets. */
export function recordingRules(facts: ObservabilityFacts): RecordingRule[] {
  return objectivesOf(facts).flatMap(({ metric, budget, badRatio }) => [
    ...WINDOWS.map((window) => ({ record: ratioRecord(metric, window), expr: badRatio(window) })),
    {
      record: budgetLeftRecord(metric),
      expr: `1 - (${badRatio("30d")}) / ${round(budget)}`,
    },
  ]);
}

/** Labels that every recorded series of a region has: the expressions sum all others away. */
export function recordedLabels({
  region,
  namespace,
  environment,
}: ObservabilityFacts): Record<string, string> {
  return { region, namespace, environment };
}

/** One alert for each objective and speed. */
export const sloAlerts: AlertTable = (facts) =>
  objectivesOf(facts).flatMap(({ name, summary, metric, budget }) =>
    BURNS.map(({ speed, severity, for: duration, pairs }): Alert => {
      const burns = ({ long, short, factor }: BurnPair) =>
        [long, short]
          .map((window) => `${select(facts, ratioRecord(metric, window))} > ${round(factor * budget)}`)
          .join(" and ");
      return {
        name: `${name}BudgetBurn${speed}`,
        severity,
        team: "platform",
        dashboard: "slo",
        for: duration,
        expr: pairs.map((pair) => `(${burns(pair)})`).join(" or "),
        summary: `The error budget of ${name.toLowerCase()} burns ${speed.toLowerCase()}`,
        description: `The promise that ${summary} is broken within ${speed === "Fast" ? "days" : "weeks"} if this goes on.`,
      };
    }),
  );

/** Without the noise of binary fractions: 0.0005, not 0.0004999999999999449. */
function round(value: number): string {
  return String(Number(value.toPrecision(6)));
}
