import type { Failure } from "./request-record.ts";

const KEPT = 50;

/** How one call of the upstream ended that somebody really made. */
export interface RecentAnswer {
  readonly atMs: number;
  readonly model: string;
  /** Absent when it was a good one. */
  readonly errorType?: string;
}

/** The last answers of the upstream: what its health is judged by, because a probe would cost money. */
export class RecentAnswers {
  readonly #answers: RecentAnswer[] = [];
  readonly #nowMs: () => number;

  constructor(nowMs: () => number = Date.now) {
    this.#nowMs = nowMs;
  }

  /** What the caller did wrong says nothing about the upstream. */
  note(model: string, failure: Failure | undefined): void {
    if (failure?.isRejection === true) return;
    const errorType = failure === undefined ? {} : { errorType: failure.errorType };
    this.#answers.push({ atMs: this.#nowMs(), model, ...errorType });
    if (this.#answers.length > KEPT) this.#answers.shift();
  }

  list(): readonly RecentAnswer[] {
    return [...this.#answers];
  }
}
