import { Counter, collectDefaultMetrics, Gauge, Histogram, Registry } from "prom-client";

/** What rules, dashboards and the reference need to know about one metric. */
export interface MetricSpec<Label extends string = string> {
  readonly name: string;
  readonly type: "counter" | "gauge" | "histogram";
  readonly help: string;
  readonly labels: readonly Label[];
  /** Upper bounds of a histogram's buckets. */
  readonly buckets?: readonly number[];
}

type Values<Label extends string> = Readonly<Record<Label, string>>;

/** A metric whose children are looked up by label values; a child is resolved once, because resolving costs microseconds. */
export interface Family<Label extends string, Child> {
  with(values: Values<Label>): Child;
}

export interface CounterChild {
  inc(by?: number): void;
}

export interface GaugeChild {
  inc(by?: number): void;
  dec(by?: number): void;
  set(value: number): void;
}

export interface HistogramChild {
  observe(value: number): void;
}

/** The process's metrics. The only module that knows the metrics library. */
export class MetricsRegistry {
  readonly #registry = new Registry();

  counter<Label extends string>(spec: MetricSpec<Label>): Family<Label, CounterChild> {
    const counter = new Counter<string>(this.#options(spec));
    return family(spec, (values) => counter.labels(values));
  }

  gauge<Label extends string>(spec: MetricSpec<Label>): Family<Label, GaugeChild> {
    const gauge = new Gauge<string>(this.#options(spec));
    return family(spec, (values) => gauge.labels(values));
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
    const histogram = new Histogram<string>({ ...this.#options(spec), buckets: [...(spec.buckets ?? [])] });
    return family(spec, (values) => histogram.labels(values));
  }

  /** Adds CPU, memory, event loop and garbage collection of this process. */
  collectProcessMetrics(): void {
    collectDefaultMetrics({ register: this.#registry });
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

function family<Label extends string, Child>(
  spec: MetricSpec<Label>,
  resolve: (values: Values<Label>) => Child,
): Family<Label, Child> {
  const children = new Map<string, Child>();
  return {
    with(values) {
      const key = spec.labels.map((label) => values[label]).join("\0");
      const known = children.get(key);
      if (known !== undefined) return known;
      const child = resolve(values);
      children.set(key, child);
      return child;
    },
  };
}
