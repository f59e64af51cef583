import fc from "fast-check";
import { Counter, Gauge, Histogram, Registry } from "prom-client";
import { expect, it } from "vitest";
import { type MetricSpec, MetricsRegistry } from "../../../agent-runtime/src/metrics/registry.ts";

interface Shape {
  readonly labels: readonly string[];
  readonly buckets: readonly number[];
}

interface Children {
  readonly counter: { inc(by?: number): void };
  readonly gauge: { inc(by?: number): void; dec(by?: number): void; set(value: number): void };
  readonly histogram: { observe(value: number): void };
}

const ACTS = {
  resolve: () => undefined,
  count: ({ counter }, value) => counter.inc(Math.abs(value)),
  set: ({ gauge }, value) => gauge.set(value),
  setToNoFiniteNumber: ({ gauge }, value) => gauge.set(value / 0),
  rise: ({ gauge }, value) => gauge.inc(value),
  fall: ({ gauge }, value) => gauge.dec(value),
  observe: ({ histogram }, value) => histogram.observe(value),
} as const satisfies Record<string, (children: Children, value: number) => void>;

interface Act {
  readonly kind: keyof typeof ACTS;
  readonly labelValues: readonly string[];
  readonly value: number;
}

const finite = fc.oneof(fc.integer({ min: -3, max: 9 }), fc.double({ noNaN: true, noDefaultInfinity: true }));

const shape: fc.Arbitrary<Shape> = fc.record({
  labels: fc.subarray(["model", "Class_2", "le_", "a"], { maxLength: 3 }),
  // From 0 on: the library takes a bound of -1 for the one above all others.
  buckets: fc
    .uniqueArray(finite.map(Math.abs), { maxLength: 8, comparator: "SameValueZero" })
    .map((bounds) => bounds.sort((left, right) => left - right)),
});

const labelValue = fc.oneof(
  fc.constantFrom("", "x", "y", "__proto__", 'quote"', "back\\slash", "two\nlines"),
  fc.string({ maxLength: 6 }),
);

const act: fc.Arbitrary<Act> = fc.record({
  kind: fc.constantFrom(...Object.keys(ACTS)) as fc.Arbitrary<Act["kind"]>,
  labelValues: fc.array(labelValue, { minLength: 3, maxLength: 3 }),
  value: finite,
});

function specs({ labels, buckets }: Shape) {
  return {
    counter: { name: "hits_total", type: "counter", help: "Hits\\with\nodd help.", labels },
    gauge: { name: "level", type: "gauge", help: "Level.", labels },
    histogram: { name: "seconds", type: "histogram", help: "Seconds.", labels, buckets },
  } as const satisfies Record<string, MetricSpec>;
}

function valuesOf({ labels }: Shape, { labelValues }: Act): Record<string, string> {
  return Object.fromEntries(labels.map((label, index) => [label, labelValues[index] ?? ""]));
}

interface Printer {
  childrenOf(values: Record<string, string>): Children;
  text(): Promise<string>;
}

function ours(given: Shape): Printer {
  const registry = new MetricsRegistry();
  const { counter, gauge, histogram } = specs(given);
  const hits = registry.counter(counter);
  const level = registry.gauge(gauge);
  const seconds = registry.histogram(histogram);
  return {
    childrenOf: (values) => ({
      counter: hits.with(values),
      gauge: level.with(values),
      histogram: seconds.with(values),
    }),
    text: () => registry.text(),
  };
}

function library(given: Shape): Printer {
  const registry = new Registry();
  const { counter, gauge, histogram } = specs(given);
  const common = { labelNames: given.labels, registers: [registry] };
  const hits = new Counter({ ...common, name: counter.name, help: counter.help });
  const level = new Gauge({ ...common, name: gauge.name, help: gauge.help });
  const buckets = [...given.buckets];
  const seconds = new Histogram({ ...common, name: histogram.name, help: histogram.help, buckets });
  return {
    childrenOf: (values) => ({
      counter: hits.labels(values),
      gauge: level.labels(values),
      histogram: seconds.labels(values),
    }),
    text: () => registry.metrics(),
  };
}

/** Sorted, because series come in the order in which they were resolved here, and first observed there. */
async function linesAfter(acts: readonly Act[], given: Shape, printer: Printer): Promise<string[]> {
  for (const each of acts) ACTS[each.kind](printer.childrenOf(valuesOf(given, each)), each.value);
  return (await printer.text()).split("\n").sort();
}

it("whatever is observed, the text is the one that the library's own metrics print", async () => {
  await fc.assert(
    fc.asyncProperty(shape, fc.array(act, { maxLength: 40 }), async (given, acts) => {
      const expected = await linesAfter(acts, given, library(given));
      expect(await linesAfter(acts, given, ours(given))).toEqual(expected);
    }),
    { numRuns: 300 },
  );
});
