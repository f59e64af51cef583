import { expect } from "vitest";

/** One thing that a drill has measured or seen. */
export interface Figure {
  readonly name: string;
  readonly value: number | string;
  /** Empty for plain counts and texts. */
  readonly unit: string;
  /** The most that the drill allows. */
  readonly atMost?: number;
}

/** What one drill found out. */
export class Figures {
  readonly all: Figure[] = [];
  readonly notes: string[] = [];

  /**
   * Keeps a figure for the results. One that has a bound is checked against it: the drill goes on, to find out the rest,
   * and fails at its end.
   */
  record(name: string, value: number | string, unit = "", atMost?: number): void {
    this.all.push({ name, value, unit, ...(atMost === undefined ? {} : { atMost }) });
    if (atMost !== undefined) expect.soft(value, name).toBeLessThanOrEqual(atMost);
  }

  /** Keeps a sentence for the results: a seed, a circumstance, what was left out. */
  note(sentence: string): void {
    this.notes.push(sentence);
  }
}
