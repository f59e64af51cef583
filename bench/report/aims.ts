import type { AimResult, ScenarioResult } from "./model.ts";

/** Looks up the median of a figure; undefined where it was not measured. */
type Lookup = (scenario: string, arm: string, metric: string, caseName?: string) => number | undefined;

interface Aim {
  readonly aim: string;
  readonly limit: number;
  /** `at-most`: more is a miss. */
  readonly bound: "at-most" | "at-least";
  readonly unit: string;
  readonly digits: number;
  readonly measure: (median: Lookup) => number | undefined;
}

const THOUSAND_STREAMS = "1000 streams";

/** Growth that is no growth: what a heap breathes between two collections. */
const MAX_GROWTH_MIB = 10;

const AIMS: readonly Aim[] = [
  ...addedTimeAims("ours", "embedded store", 1.6),
  ...addedTimeAims("ours+redis", "Redis", 2.2),
  betterThanPortkey("addedP50Ms", "p50"),
  betterThanPortkey("addedP99Ms", "p99"),
  {
    aim: "throughput compared with Portkey's",
    ...{ limit: 5, bound: "at-least", unit: "×", digits: 2 },
    measure: (median) =>
      ratio(median("throughput", "ours", "perSecond"), median("throughput", "portkey", "perSecond")),
  },
  ...["ours", "ours+redis"].map(
    (arm): Aim => ({
      aim: `CPU a request, ${arm}`,
      ...{ limit: 400, bound: "at-most", unit: " µs", digits: 0 },
      measure: (median) => median("throughput", arm, "cpuUs"),
    }),
  ),
  ...["ours", "ours+redis"].flatMap(streamAims),
  {
    aim: "memory under load beyond that of bare",
    ...{ limit: 60, bound: "at-most", unit: " MiB", digits: 0 },
    measure: (median) =>
      difference(median("memory", "ours", "loadedMiB"), median("memory", "bare", "loadedMiB")),
  },
  {
    aim: "growth of memory in the soak",
    ...{ limit: MAX_GROWTH_MIB, bound: "at-most", unit: " MiB", digits: 1 },
    measure: (median) => median("memory", "ours", "growthMiB"),
  },
  {
    aim: "from the start to ready",
    ...{ limit: 300, bound: "at-most", unit: " ms", digits: 0 },
    measure: (median) => median("cold-start", "ours", "readyMs"),
  },
];

/** What became of every aim in these results. */
export function judgeAims(scenarios: readonly ScenarioResult[]): AimResult[] {
  const median: Lookup = (scenario, arm, metric, caseName) => {
    const rows = scenarios.find(({ name }) => name === scenario)?.rows ?? [];
    const row = rows.find((each) => each.arm === arm && each.case === caseName);
    const figures = row?.outcome.kind === "measured" ? row.outcome.figures : undefined;
    return figures?.[metric]?.median;
  };
  return AIMS.map((aim) => judge(aim, aim.measure(median)));
}

function judge({ aim, limit, bound, unit, digits }: Aim, value: number | undefined): AimResult {
  const limitText = `${bound === "at-most" ? "≤" : "≥"} ${limit}${unit}`;
  if (value === undefined || Number.isNaN(value)) return { aim, limit: limitText, verdict: "not measured" };
  const measured = `${value.toFixed(digits)}${unit}`;
  const met = bound === "at-most" ? value <= limit : value >= limit;
  if (met) return { aim, limit: limitText, measured, verdict: "met" };
  const factor = bound === "at-most" ? value / limit : limit / value;
  return { aim, limit: limitText, measured, verdict: "missed", missedByFactor: factor };
}

function addedTimeAims(arm: string, store: string, limit: number): Aim[] {
  return (["addedP50Ms", "addedP99Ms"] as const).map((metric) => ({
    aim: `added ${metric === "addedP50Ms" ? "p50" : "p99"} compared with bare, ${store}`,
    ...{ limit, bound: "at-most", unit: "×", digits: 2 },
    measure: (median) => ratio(median("latency", arm, metric), median("latency", "bare", metric)),
  }));
}

function betterThanPortkey(metric: string, label: string): Aim {
  return {
    aim: `Portkey's added ${label} compared with ours`,
    ...{ limit: 5, bound: "at-least", unit: "×", digits: 2 },
    measure: (median) => ratio(median("latency", "portkey", metric), median("latency", "ours", metric)),
  };
}

function streamAims(arm: string): Aim[] {
  return [
    {
      aim: `clean streams of 1,000 at once, ${arm}`,
      ...{ limit: 100, bound: "at-least", unit: " %", digits: 2 },
      measure: (median) => median("streams", arm, "cleanPercent", THOUSAND_STREAMS),
    },
    {
      aim: `added first byte p99 of 1,000 streams, ${arm}`,
      ...{ limit: 50, bound: "at-most", unit: " ms", digits: 1 },
      measure: (median) => median("streams", arm, "addedFirstByteP99Ms", THOUSAND_STREAMS),
    },
  ];
}

/** A denominator of nothing, or less, is noise: no ratio can be told. */
function ratio(above: number | undefined, below: number | undefined): number | undefined {
  return above === undefined || below === undefined || below <= 0 ? undefined : above / below;
}

function difference(one: number | undefined, other: number | undefined): number | undefined {
  return one === undefined || other === undefined ? undefined : one - other;
}
