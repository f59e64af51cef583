import { Counter, collectDefaultMetrics, Gauge, Histogram, type Metric, Registry } from "prom-client";
import { CounterSeries, GaugeSeries, HistogramSeries, type Sample } from "./series.ts";
import { SeriesFamily } from "./series-family.ts";

/** What rules, dashboards and the reference need to know about one metric. */
export interface MetricSpec<Label extends string = string> {
  readonly name: string;
  readonly type: "counter" | "gauge" | "histogram";
  readonly help: string;
  readonly labels: readonly Label[];
  /** Upper bounds of a histogram's buckets, ascending and finite; an infinite one comes on top. */
  readonly buckets?: readonly number[];
}

type Values<Label extends string> = Readonly<Record<Label, string>>;

/**
 * A metric whose children are looked up by label values. A look-up allocates nothing but costs a map access per label:
 * where the values are known in advance, the child is resolved once and kept.
 */
export interface Family<Label extends string, Child> {
  /** @throws Error when new values have other labels than the metric. */
  with(values: Values<Label>): Child;
}

export interface CounterChild {
  /** @throws RangeError for a negative or infinite number and for NaN. */
  inc(by?: number): void;
}

export interface GaugeChild {
  inc(by?: number): void;
  dec(by?: number): void;
  set(value: number): void;
}

export interface HistogramChild {
  /** @throws TypeError for an infinite number and for NaN. */
  observe(value: number): void;
}

/** The library's default of 10 would wake an idle process a hundred times a second. */
const EVENT_LOOP_PRECISION_MS = 100;

/**
 * The process's metrics. The only module that knows the metrics library, which checks names and prints; counting is our
 * own, because the library validates and hashes the labels at each observation.
 */
export class MetricsRegistry {
  readonly #registry = new Registry();

  counter<Label extends string>(spec: MetricSpec<Label>): Family<Label, CounterChild> {
    const family = new SeriesFamily(spec, (labels) => new CounterSeries(labels));
    printInstead(new Counter(this.#options(spec)), spec, family);
    return family;
  }

  gauge<Label extends string>(spec: MetricSpec<Label>): Family<Label, GaugeChild> {
    const family = new SeriesFamily(spec, (labels) => new GaugeSeries(labels));
    printInstead(new Gauge(this.#options(spec)), spec, family);
    return family;
  }

  /** A gauge without labels whose value is asked for at every scrape. */
  sampledGauge(spec: MetricSpec<never>, sample: () => number): void {
    new Gauge({
      ...this.#options(spec),
      collect() {
        this.set(sample());
      },
    });
  }

  histogram<Label extends string>(spec: MetricSpec<Label>): Family<Label, HistogramChild> {
    const bounds = Float64Array.of(...(spec.buckets ?? []), Number.POSITIVE_INFINITY);
    const family = new SeriesFamily(spec, (labels) => new HistogramSeries(spec.name, bounds, labels));
    printInstead(new Histogram(this.#options(spec)), spec, family);
    return family;
  }

  /** Adds CPU, memory, event loop and garbage collection of this process. */
  collectProcessMetrics(): void {
    collectDefaultMetrics({
      register: this.#registry,
      eventLoopMonitoringPrecision: EVENT_LOOP_PRECISION_MS,
    });
  }

  get contentType(): string {
    return this.#registry.contentType;
  }

  /** Everything in the Prometheus text format. */
  text(): Promise<string> {
    return this.#registry.metrics();
  }

  #options({ name, help, labels }: MetricSpec<string>) {
    return { name, help, labelNames: [...labels], registers: [this.#registry] };
  }
}

/** The library has checked the metric and lists it; from here on it prints our numbers in place of its own. */
function printInstead(metric: Metric, spec: MetricSpec, family: { samples(): Sample[] }): void {
  const { name, help, type } = spec;
  // Its printer asks for this before `get`.
  Object.assign(metric, { getForPromString: async () => ({ name, help, type, values: family.samples() }) });
}
