import { describe, expect, it } from "vitest";
import { type MetricSpec, MetricsRegistry } from "../../../agent-runtime/src/metrics/registry.ts";

const HITS = { name: "hits_total", type: "counter", help: "Hits.", labels: ["cache", "outcome"] } as const;
const LEVEL = { name: "level", type: "gauge", help: "Level.", labels: [] } as const;
const SECONDS = {
  name: "seconds",
  type: "histogram",
  help: "Seconds.",
  labels: ["model"],
  buckets: [0.5, 2],
} as const;

/** The lines of a metric, without help and type. */
async function linesOf(registry: MetricsRegistry): Promise<string[]> {
  return (await registry.text()).split("\n").filter((line) => line !== "" && !line.startsWith("#"));
}

describe("a metric", () => {
  const REFUSED: readonly [string, Partial<MetricSpec>][] = [
    ["whose name exists", { name: "hits_total" }],
    ["whose name is none in Prometheus", { name: "hits-total" }],
    ["with a label that is none in Prometheus", { labels: ["cache-name"] }],
    ["with the label that buckets have", { labels: ["le"] }],
    ["without help", { help: "" }],
  ];
  it.each(REFUSED)("%s is refused", (_what, change) => {
    const registry = new MetricsRegistry();
    registry.counter(HITS);
    expect(() => registry.histogram({ ...SECONDS, ...change })).toThrow(Error);
  });

  it("without labels shows 0 before it is observed", async () => {
    const registry = new MetricsRegistry();
    registry.gauge(LEVEL);
    registry.histogram({ ...SECONDS, labels: [] });
    expect(await linesOf(registry)).toEqual([
      "level 0",
      'seconds_bucket{le="0.5"} 0',
      'seconds_bucket{le="2"} 0',
      'seconds_bucket{le="+Inf"} 0',
      "seconds_sum 0",
      "seconds_count 0",
    ]);
  });
});

describe("a child", () => {
  it("is the same one whenever the values are the same", () => {
    const family = new MetricsRegistry().counter(HITS);
    const values = { cache: "models", outcome: "hit" };
    expect(family.with({ outcome: "hit", cache: "models" })).toBe(family.with(values));
  });

  it.each([
    ["swapped", { cache: "hit", outcome: "models" }, { cache: "models", outcome: "hit" }],
    [
      "with separators in them",
      { cache: "1,outcome:2", outcome: "3" },
      { cache: "1", outcome: "2,outcome:3" },
    ],
    ["with zero bytes in them", { cache: "1\0", outcome: "2" }, { cache: "1", outcome: "\x002" }],
  ])("is another one for values %s", (_how, one, other) => {
    const family = new MetricsRegistry().counter(HITS);
    expect(family.with(one)).not.toBe(family.with(other));
  });

  it("shows nothing before it is observed", async () => {
    const registry = new MetricsRegistry();
    registry.counter(HITS).with({ cache: "models", outcome: "hit" });
    registry.histogram(SECONDS).with({ model: "m" });
    expect(await linesOf(registry)).toEqual([]);
  });

  it.each([
    ["lacks a label", { cache: "models" }, "[cache]"],
    ["has a label too many", { cache: "models", outcome: "hit", tenant: "a" }, "[cache,outcome,tenant]"],
    ["has another label", { cache: "models", result: "hit" }, "[cache,result]"],
  ])("that %s is refused, and leaves nothing behind", async (_how, values, got) => {
    const registry = new MetricsRegistry();
    const family = registry.counter(HITS as MetricSpec);
    expect(() => family.with(values)).toThrow(
      `The metric hits_total has the labels [cache,outcome]; it got ${got}.`,
    );
    expect(() => family.with(values)).toThrow(got);
    expect(await linesOf(registry)).toEqual([]);
  });
});

describe("a counter", () => {
  it.each([-1, Number.NaN, Number.POSITIVE_INFINITY])("refuses %s and keeps its value", async (by) => {
    const registry = new MetricsRegistry();
    const child = registry.counter(HITS).with({ cache: "models", outcome: "hit" });
    child.inc(2);
    expect(() => child.inc(by)).toThrow(`not by ${by}`);
    expect(await linesOf(registry)).toEqual(['hits_total{cache="models",outcome="hit"} 2']);
  });
});

describe("a gauge", () => {
  it("that is sampled shows what it is told at each scrape", async () => {
    const registry = new MetricsRegistry();
    let level = 1;
    registry.sampledGauge(LEVEL, () => level);
    expect(await linesOf(registry)).toEqual(["level 1"]);
    level = 2;
    expect(await linesOf(registry)).toEqual(["level 2"]);
  });
});

describe("a histogram", () => {
  it("shows cumulative buckets in order, a value at a bound among those below it", async () => {
    const registry = new MetricsRegistry();
    const child = registry.histogram(SECONDS).with({ model: "m" });
    for (const value of [0.25, 0.5, 1, 2, 8]) child.observe(value);
    expect(await linesOf(registry)).toEqual([
      'seconds_bucket{le="0.5",model="m"} 2',
      'seconds_bucket{le="2",model="m"} 4',
      'seconds_bucket{le="+Inf",model="m"} 5',
      'seconds_sum{model="m"} 11.75',
      'seconds_count{model="m"} 5',
    ]);
  });

  it.each([Number.NaN, Number.NEGATIVE_INFINITY])("refuses %s and keeps its counts", async (value) => {
    const registry = new MetricsRegistry();
    const child = registry.histogram(SECONDS).with({ model: "m" });
    child.observe(1);
    expect(() => child.observe(value)).toThrow(`seconds observes finite numbers, not ${value}`);
    expect(await linesOf(registry)).toContain('seconds_sum{model="m"} 1');
    expect(await linesOf(registry)).toContain('seconds_count{model="m"} 1');
  });
});

it("the process's own metrics come in the same text, in the format that the content type names", async () => {
  const registry = new MetricsRegistry();
  registry.collectProcessMetrics();
  registry.gauge(LEVEL).with({}).set(3);
  expect(registry.contentType).toBe("text/plain; version=0.0.4; charset=utf-8");
  expect(await linesOf(registry)).toContain("level 3");
  expect(await registry.text()).toContain("# TYPE process_cpu_seconds_total counter");
});
