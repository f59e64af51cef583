/** Label values by label name. */
export type Labels = Readonly<Record<string, string>>;

/** One line of the text format, in the shape in which the metrics library prints it. */
export interface Sample {
  /** Name of the line where it is not that of the metric. */
  readonly metricName?: string;
  readonly labels: Readonly<Record<string, string | number>>;
  /** The labels that all lines of a series have; printed after `labels`. */
  readonly sharedLabels: Labels;
  readonly value: number;
}

/** The numbers that a metric has for one combination of label values. */
export interface Series {
  /** What is printed now: nothing before the first observation, unless the metric has no labels. */
  samples(): Sample[];
}

const NO_LABELS = {};

class NumberSeries implements Series {
  protected value = 0;
  protected isShown: boolean;
  readonly #labels: Labels;

  constructor(labels: Labels) {
    this.#labels = labels;
    this.isShown = isEmpty(labels);
  }

  samples(): Sample[] {
    return this.isShown ? [{ labels: NO_LABELS, sharedLabels: this.#labels, value: this.value }] : [];
  }
}

/** A number that only grows. */
export class CounterSeries extends NumberSeries {
  /** @throws RangeError for a negative or infinite number and for NaN, which would spoil the counter for good. */
  inc(by = 1): void {
    if (!(by >= 0 && by < Number.POSITIVE_INFINITY)) {
      throw new RangeError(
        `A counter goes up by a finite number from 0 on, not by ${by}; use a gauge to go down.`,
      );
    }
    this.value += by;
    this.isShown = true;
  }
}

/** A number that goes up and down. */
export class GaugeSeries extends NumberSeries {
  inc(by = 1): void {
    this.set(this.value + by);
  }

  dec(by = 1): void {
    this.set(this.value - by);
  }

  set(value: number): void {
    this.value = value;
    this.isShown = true;
  }
}

/** Observations counted by bucket. */
export class HistogramSeries implements Series {
  readonly #name: string;
  readonly #bounds: Float64Array;
  readonly #labels: Labels;
  /** Of each bucket by itself. The text format's buckets hold those below them too: that is added when printing. */
  readonly #counts: Float64Array;
  #sum = 0;

  /** @param bounds upper bounds of the buckets, ascending; the last is infinite. */
  constructor(name: string, bounds: Float64Array, labels: Labels) {
    this.#name = name;
    this.#bounds = bounds;
    this.#labels = labels;
    this.#counts = new Float64Array(bounds.length);
  }

  /** @throws TypeError for an infinite number and for NaN. */
  observe(value: number): void {
    if (!Number.isFinite(value)) {
      throw new TypeError(`The histogram ${this.#name} observes finite numbers, not ${value}.`);
    }
    let bucket = 0;
    while (value > (this.#bounds[bucket] ?? Number.POSITIVE_INFINITY)) bucket += 1;
    this.#counts[bucket] = (this.#counts[bucket] ?? 0) + 1;
    this.#sum += value;
  }

  samples(): Sample[] {
    let count = 0;
    const buckets = Array.from(this.#bounds, (bound, index) => {
      count += this.#counts[index] ?? 0;
      return this.#sample("_bucket", count, { le: Number.isFinite(bound) ? bound : "+Inf" });
    });
    if (count === 0 && !isEmpty(this.#labels)) return [];
    return [...buckets, this.#sample("_sum", this.#sum), this.#sample("_count", count)];
  }

  #sample(suffix: string, value: number, labels: Sample["labels"] = NO_LABELS): Sample {
    return { metricName: this.#name + suffix, labels, sharedLabels: this.#labels, value };
  }
}

function isEmpty(labels: Labels): boolean {
  return Object.keys(labels).length === 0;
}
