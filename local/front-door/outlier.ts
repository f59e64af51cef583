/** When a region whose health checks succeed is put last all the same, and for how long. */
export interface OutlierPolicy {
  /** Time over which answers are counted, in milliseconds. */
  readonly windowMs: number;
  /** Answers within the window below which nothing is concluded. */
  readonly minAnswers: number;
  /** Share of failed answers from which a region is ejected. */
  readonly maxFailedShare: number;
  /** Time over which falls are counted, in milliseconds. */
  readonly flapWindowMs: number;
  /** Falls within that time at which a region is ejected. */
  readonly maxFalls: number;
  /** How long the first ejection lasts, in milliseconds; each that follows lasts twice as long as the one before. */
  readonly ejectionMs: number;
  /** The longest ejection; also the calm time after which the next one is a first one again. */
  readonly maxEjectionMs: number;
}

/** A region answered a request, or it was up and its health checks say that it is not any more. */
export type Observation = Circumstances &
  ({ readonly type: "answer"; readonly failed: boolean } | { readonly type: "fall" });

export interface Circumstances {
  /** In milliseconds. */
  readonly at: number;
  /** Whether another region could take over right now. */
  readonly hasAlternative: boolean;
}

export interface Ejection {
  readonly from: number;
  readonly until: number;
  readonly reason: string;
}

/** What is remembered of a region. */
export interface OutlierState {
  /** Answers in slices of the window, oldest first. */
  readonly slices: readonly Slice[];
  /** Times of falls, oldest first. */
  readonly falls: readonly number[];
  readonly lastEjection: Ejection | undefined;
}

interface Slice {
  readonly number: number;
  readonly answers: number;
  readonly failed: number;
}

/** Whole answers are not kept: a busy region gives thousands within a window. */
const SLICES = 10;

export const NOTHING_OBSERVED: OutlierState = { slices: [], falls: [], lastEjection: undefined };

/** The ejection that is in force, if any. */
export function ejectionAt({ lastEjection }: OutlierState, at: number): Ejection | undefined {
  return lastEjection !== undefined && at < lastEjection.until ? lastEjection : undefined;
}

/**
 * What is known after one more observation. Pure: all time comes with the observations. What a region does while it is
 * ejected counts too, so that one which flapped all the time is ejected again at its first fall afterwards.
 */
export function observe(state: OutlierState, seen: Observation, policy: OutlierPolicy): OutlierState {
  const next = remember(state, seen, policy);
  if (!seen.hasAlternative || ejectionAt(state, seen.at) !== undefined) return next;
  const reason = seen.type === "fall" ? flapping(next, policy) : failing(next, seen.failed, policy);
  if (reason === undefined) return next;
  const durationMs = nextDurationMs(state, seen.at, policy);
  return { ...next, slices: [], lastEjection: { from: seen.at, until: seen.at + durationMs, reason } };
}

function remember(state: OutlierState, seen: Observation, policy: OutlierPolicy): OutlierState {
  if (seen.type === "fall") {
    const falls = state.falls.filter((at) => seen.at - at < policy.flapWindowMs);
    return { ...state, falls: [...falls, seen.at] };
  }
  const number = Math.floor(seen.at / (policy.windowMs / SLICES));
  const kept = state.slices.filter((slice) => number - slice.number < SLICES);
  const last = kept.at(-1);
  const current = last?.number === number ? last : { number, answers: 0, failed: 0 };
  const counted = { number, answers: current.answers + 1, failed: current.failed + Number(seen.failed) };
  return { ...state, slices: [...kept.filter((slice) => slice !== current), counted] };
}

function flapping({ falls }: OutlierState, { maxFalls, flapWindowMs }: OutlierPolicy): string | undefined {
  return falls.length >= maxFalls ? `went down ${falls.length} times within ${flapWindowMs} ms` : undefined;
}

/** Only an answer that failed can be the last straw. */
function failing({ slices }: OutlierState, isFailure: boolean, policy: OutlierPolicy): string | undefined {
  const answers = slices.reduce((sum, slice) => sum + slice.answers, 0);
  const failed = slices.reduce((sum, slice) => sum + slice.failed, 0);
  return isFailure && answers >= policy.minAnswers && failed / answers >= policy.maxFailedShare
    ? `${failed} of ${answers} answers within ${policy.windowMs} ms failed`
    : undefined;
}

function nextDurationMs({ lastEjection: last }: OutlierState, at: number, policy: OutlierPolicy): number {
  return last !== undefined && at - last.until < policy.maxEjectionMs
    ? Math.min(2 * (last.until - last.from), policy.maxEjectionMs)
    : policy.ejectionMs;
}
