import type { Labels, Sample, Series } from "./series.ts";

interface Named<Label extends string> {
  readonly name: string;
  readonly labels: readonly Label[];
}

/** Where the label values walked so far lead: to further values, and after the last label to a series. */
class Branch<S> {
  readonly next = new Map<string, Branch<S>>();
  series: S | undefined;
}

/** The series of one metric, one map per label deep: finding one joins no strings and allocates nothing. */
export class SeriesFamily<Label extends string, S extends Series> {
  readonly #spec: Named<Label>;
  readonly #create: (labels: Labels) => S;
  readonly #root = new Branch<S>();
  readonly #all: S[] = [];

  constructor(spec: Named<Label>, create: (labels: Labels) => S) {
    this.#spec = spec;
    this.#create = create;
    if (spec.labels.length === 0) this.#plant(this.#root, {});
  }

  /** @throws Error when new values have other labels than the metric. */
  with(values: Readonly<Record<Label, string>>): S {
    let branch = this.#root;
    for (const label of this.#spec.labels) {
      const next = branch.next.get(values[label]);
      if (next === undefined) return this.#add(values);
      branch = next;
    }
    return branch.series ?? this.#add(values);
  }

  samples(): Sample[] {
    return this.#all.flatMap((series) => series.samples());
  }

  #add(values: Readonly<Record<Label, string>>): S {
    this.#checkNames(values);
    let branch = this.#root;
    for (const label of this.#spec.labels) {
      const next = branch.next.get(values[label]) ?? new Branch<S>();
      branch.next.set(values[label], next);
      branch = next;
    }
    return this.#plant(branch, Object.fromEntries(this.#spec.labels.map((label) => [label, values[label]])));
  }

  #plant(branch: Branch<S>, labels: Labels): S {
    const series = this.#create(labels);
    branch.series = series;
    this.#all.push(series);
    return series;
  }

  #checkNames(values: Labels): void {
    const { name, labels } = this.#spec;
    const got = Object.keys(values);
    if (got.length === labels.length && labels.every((label) => Object.hasOwn(values, label))) return;
    throw new Error(
      `The metric ${name} has the labels [${labels}]; it got [${got}]. Give a value for each, and no other.`,
    );
  }
}
