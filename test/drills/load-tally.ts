/** How a stream ended, as the client saw it. */
export type StreamOutcome =
  /** `message_stop` came, after every word in its order. */
  | "complete"
  /** An `error` event ended it: the client knows that the answer is not whole, and why. */
  | "explicitError"
  /** It never began: an error status, or no connection. */
  | "refused"
  /** The connection broke without a word. */
  | "brokenOff"
  /** It ended like a whole answer and was none. */
  | "truncated"
  /** It was still open when the load was stopped and its time to drain was over. */
  | "unfinished";

/** Longest time without a success. */
export interface Gap {
  readonly ms: number;
  /** When it began, in ms since the load began. */
  readonly fromMs: number;
}

export interface RegionCounts {
  readonly json: number;
  readonly streams: number;
  /** First and last answer, in ms since the load began. */
  readonly firstMs: number;
  readonly lastMs: number;
}

export interface LoadCounts {
  readonly elapsedMs: number;
  readonly json: {
    /** Requests begun; those that are neither `ok`, `failed` nor `unfinished` are in flight. */
    readonly sent: number;
    readonly ok: number;
    /** Failed after the SDK's own retries. */
    readonly failed: number;
    /** Given up because the load was stopped. */
    readonly unfinished: number;
    /** Due, but not begun because too many were in flight: the measurement's own limit was met. */
    readonly notSent: number;
    /** From the moment a request was due to its answer, retries included; NaN without answers. */
    readonly p50Ms: number;
    readonly p95Ms: number;
    readonly longestGap: Gap;
  };
  readonly streams: { readonly started: number } & Readonly<Record<StreamOutcome, number>>;
  /** Attempts that the SDK made again by itself, of both kinds. */
  readonly retries: number;
  /** Failures of both kinds by class, such as `529 overloaded_error` or `connection ECONNRESET`. */
  readonly errors: Readonly<Record<string, number>>;
  /** The first failures, to compare with the time of a fault. */
  readonly firstFailures: readonly { readonly atMs: number; readonly error: string }[];
  /** Answers by the region that gave them. */
  readonly byRegion: Readonly<Record<string, RegionCounts>>;
  /** How often an answer came from another region than the one before it, in the order of their coming. */
  readonly regionChanges: number;
}

const FAILURES_KEPT = 10;
const UNKNOWN_REGION = "unknown";

/** Counts what became of a load. Knows no clock: times come in as ms since the load began. */
export class LoadTally {
  readonly #latenciesMs: number[] = [];
  readonly #successesMs: number[] = [];
  readonly #json = { sent: 0, failed: 0, unfinished: 0, notSent: 0 };
  readonly #streams = {
    started: 0,
    complete: 0,
    explicitError: 0,
    refused: 0,
    brokenOff: 0,
    truncated: 0,
    unfinished: 0,
  };
  readonly #errors = new Map<string, number>();
  readonly #firstFailures: { atMs: number; error: string }[] = [];
  readonly #regions = new Map<string, RegionCounts>();
  #retries = 0;
  #lastRegion: string | undefined;
  #regionChanges = 0;

  retried(): void {
    this.#retries += 1;
  }

  jsonSent(): void {
    this.#json.sent += 1;
  }

  jsonNotSent(): void {
    this.#json.notSent += 1;
  }

  jsonOk(dueMs: number, atMs: number, region: string | null): void {
    this.#latenciesMs.push(atMs - dueMs);
    this.#successesMs.push(atMs);
    this.#answered("json", atMs, region);
  }

  jsonFailed(atMs: number, error: string): void {
    this.#json.failed += 1;
    this.#failed(atMs, error);
  }

  jsonUnfinished(): void {
    this.#json.unfinished += 1;
  }

  streamStarted(): void {
    this.#streams.started += 1;
  }

  /** @param error class of the failure, where there was one */
  streamEnded(outcome: StreamOutcome, atMs: number, region: string | null, error?: string): void {
    this.#streams[outcome] += 1;
    if (error !== undefined) this.#failed(atMs, error);
    if (outcome === "complete") this.#answered("streams", atMs, region);
  }

  /** All counts so far. `untilMs` ends the last gap: a service that never came back has one up to then. */
  counts(untilMs: number): LoadCounts {
    return {
      elapsedMs: untilMs,
      json: {
        ...this.#json,
        ok: this.#successesMs.length,
        p50Ms: percentile(this.#latenciesMs, 50),
        p95Ms: percentile(this.#latenciesMs, 95),
        longestGap: longestGap(this.#successesMs, untilMs),
      },
      streams: { ...this.#streams },
      retries: this.#retries,
      errors: Object.fromEntries(this.#errors),
      firstFailures: [...this.#firstFailures],
      byRegion: Object.fromEntries(this.#regions),
      regionChanges: this.#regionChanges,
    };
  }

  #failed(atMs: number, error: string): void {
    this.#errors.set(error, (this.#errors.get(error) ?? 0) + 1);
    if (this.#firstFailures.length < FAILURES_KEPT) this.#firstFailures.push({ atMs, error });
  }

  #answered(kind: "json" | "streams", atMs: number, region: string | null): void {
    const name = region ?? UNKNOWN_REGION;
    const before = this.#regions.get(name) ?? { json: 0, streams: 0, firstMs: atMs, lastMs: atMs };
    this.#regions.set(name, { ...before, [kind]: before[kind] + 1, lastMs: atMs });
    if (this.#lastRegion !== undefined && this.#lastRegion !== name) this.#regionChanges += 1;
    this.#lastRegion = name;
  }
}

/** The value that `percent` of the values do not exceed (nearest rank); NaN without values. */
export function percentile(values: readonly number[], percent: number): number {
  const sorted = values.toSorted((one, other) => one - other);
  return sorted[Math.max(0, Math.ceil((percent / 100) * sorted.length) - 1)] ?? Number.NaN;
}

/** The longest time between successes, the time before the first and after the last one included. */
export function longestGap(successesMs: readonly number[], untilMs: number): Gap {
  let longest: Gap = { ms: 0, fromMs: 0 };
  let fromMs = 0;
  for (const atMs of [...successesMs.toSorted((one, other) => one - other), untilMs]) {
    if (atMs - fromMs > longest.ms) longest = { ms: atMs - fromMs, fromMs };
    fromMs = atMs;
  }
  return longest;
}
