import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { observe as check, startingHealth } from "../../../local/front-door/endpoint-health.ts";
import {
  type Ejection,
  ejectionAt,
  NOTHING_OBSERVED,
  type Observation,
  type OutlierState,
  observe,
} from "../../../local/front-door/outlier.ts";

const POLICY = {
  windowMs: 10_000,
  minAnswers: 20,
  maxFailedShare: 0.5,
  flapWindowMs: 120_000,
  maxFalls: 3,
  ejectionMs: 30_000,
  maxEjectionMs: 300_000,
};

const stateAfter = (observations: readonly Observation[], state = NOTHING_OBSERVED): OutlierState =>
  observations.reduce((now, observation) => observe(now, observation, POLICY), state);

function isEjectedAfter(observations: readonly Observation[]): boolean {
  const state = stateAfter(observations);
  return ejectionAt(state, observations.at(-1)?.at ?? 0) !== undefined;
}

/** Answers that are so many milliseconds apart: `+` good, `-` failed. */
function answers(marks: string, gapMs = 100, from = 0, hasAlternative = true): Observation[] {
  return [...marks].map((mark, index) => ({
    type: "answer",
    failed: mark === "-",
    at: from + index * gapMs,
    hasAlternative,
  }));
}

const falls = (...times: number[]): Observation[] =>
  times.map((at) => ({ type: "fall", at, hasAlternative: true }));

describe("a region whose health checks succeed", () => {
  it.each([
    ["every second of twenty answers fails", answers("+-".repeat(10))],
    ["all of twenty answers fail", answers("-".repeat(20))],
    ["twenty failures come within the window", answers("-".repeat(20), 450)],
    [
      "failures are all that the window holds",
      [...answers("+".repeat(50)), ...answers("-".repeat(20), 100, 20_000)],
    ],
    [
      "another region comes up while it fails",
      [...answers("-".repeat(100), 50, 0, false), ...answers("-", 0, 5_050)],
    ],
    ["it goes down a third time within two minutes", falls(0, 40_000, 80_000)],
  ])("is ejected when %s", (_, observations) => {
    expect(isEjectedAfter(observations)).toBe(true);
  });

  it.each([
    ["all of nineteen answers fail", answers("-".repeat(19))],
    ["fewer than half of the answers fail", answers("++-".repeat(40))],
    ["failed answers were too few and a good one makes them enough", answers(`${"-".repeat(19)}+`)],
    ["answers are too rare to be twenty within the window", answers("-".repeat(60), 600)],
    ["no other region is up", answers("-".repeat(100), 100, 0, false)],
    ["it goes down a second time", falls(0, 40_000)],
    ["it goes down a third time after two minutes", falls(0, 60_000, 120_000)],
  ])("is not ejected when %s", (_, observations) => {
    expect(isEjectedAfter(observations)).toBe(false);
  });

  it("is ejected for its answers with a reason that counts them", () => {
    expect(stateAfter(answers("+-".repeat(10))).lastEjection).toEqual({
      from: 1_900,
      until: 31_900,
      reason: "10 of 20 answers within 10000 ms failed",
    });
  });

  it("is ejected for its flapping with a reason that says so", () => {
    expect(stateAfter(falls(0, 40_000, 80_000)).lastEjection).toEqual({
      from: 80_000,
      until: 110_000,
      reason: "went down 3 times within 120000 ms",
    });
  });

  it("is ejected until the time is over and not longer", () => {
    const state = stateAfter(answers("-".repeat(20)));
    expect(ejectionAt(state, 31_899)).toBeDefined();
    expect(ejectionAt(state, 31_900)).toBeUndefined();
  });

  it("is judged anew after an ejection", () => {
    const policy = { ...POLICY, ejectionMs: 1_000 };
    const ejected = answers("-".repeat(20), 1).reduce(
      (now, seen) => observe(now, seen, policy),
      NOTHING_OBSERVED,
    );
    const later = answers("-".repeat(19), 1, 2_000).reduce(
      (now, seen) => observe(now, seen, policy),
      ejected,
    );
    expect(ejectionAt(later, 2_100)).toBeUndefined();
  });
});

describe("the time of an ejection", () => {
  /** Ejections of a region that fails at once whenever it gets traffic, which is so long after the end of the last. */
  function ejections(number: number, calmMs: number): Ejection[] {
    const found: Ejection[] = [];
    let state = NOTHING_OBSERVED;
    while (found.length < number) {
      const from = (state.lastEjection?.until ?? 0) + calmMs;
      state = stateAfter(answers("-".repeat(20), 0, from), state);
      if (state.lastEjection !== undefined) found.push(state.lastEjection);
    }
    return found;
  }
  const seconds = (list: readonly Ejection[]) => list.map(({ from, until }) => (until - from) / 1_000);

  it("doubles up to the longest one", () => {
    expect(seconds(ejections(6, 1_000))).toEqual([30, 60, 120, 240, 300, 300]);
  });

  it("begins small again after a calm time", () => {
    expect(seconds(ejections(3, 299_999))).toEqual([30, 60, 120]);
    expect(seconds(ejections(3, 300_000))).toEqual([30, 30, 30]);
  });
});

describe("a region that is down for 20 seconds and up for 20 seconds for half an hour", () => {
  const HEALTH = { failuresToDown: 2, successesToUp: 3, stableMs: 5_000 };

  /** How often traffic came back to it, with a check every second and another region that is always up. */
  function returns(policy: typeof POLICY): number {
    let health = startingHealth(0);
    let outlier = NOTHING_OBSERVED;
    let count = 0;
    let hadTraffic = true;
    for (let at = 0; at < 1_800_000; at += 1_000) {
      const before = health.state;
      const ok = Math.floor(at / 20_000) % 2 === 0;
      health = check(health, ok ? { ok, at } : { ok, at, reason: "off", isSilent: false }, HEALTH);
      if (before === "up" && health.state !== "up")
        outlier = observe(outlier, { type: "fall", at, hasAlternative: true }, policy);
      const hasTraffic = health.state === "up" && ejectionAt(outlier, at) === undefined;
      if (hasTraffic && !hadTraffic) count++;
      hadTraffic = hasTraffic;
    }
    return count;
  }

  it("gets traffic back 7 times, and 44 times if its flapping is not counted", () => {
    expect(returns(POLICY)).toBe(7);
    expect(returns({ ...POLICY, maxFalls: Number.POSITIVE_INFINITY })).toBe(44);
  });
});

/** Everything that was observed, and nothing derived from it. */
interface History {
  readonly seen: Observation[];
}

interface Subject {
  state: OutlierState;
}

type Deed = { readonly type: "answer"; readonly failed: boolean } | { readonly type: "fall" };

class Observe implements fc.Command<History, Subject> {
  readonly deed: Deed;
  readonly gapMs: number;
  readonly hasAlternative: boolean;

  constructor(deed: Deed, gapMs: number, hasAlternative: boolean) {
    this.deed = deed;
    this.gapMs = gapMs;
    this.hasAlternative = hasAlternative;
  }

  check(): boolean {
    return true;
  }

  run({ seen }: History, subject: Subject): void {
    const at = (seen.at(-1)?.at ?? 0) + this.gapMs;
    const observation = { ...this.deed, at, hasAlternative: this.hasAlternative };
    const before = subject.state;
    subject.state = observe(before, observation, SMALL);
    seen.push(observation);
    verify(seen, before, subject.state);
  }

  toString(): string {
    return `${JSON.stringify(this.deed)} after ${this.gapMs} ms${this.hasAlternative ? "" : ", alone"}`;
  }
}

/** Few answers are enough, so that random runs get there. */
const SMALL = {
  ...POLICY,
  minAnswers: 4,
  windowMs: 1_000,
  flapWindowMs: 2_000,
  ejectionMs: 500,
  maxEjectionMs: 2_000,
};

function verify(seen: readonly Observation[], before: OutlierState, now: OutlierState): void {
  const last = seen.at(-1) as Observation;
  const isNew = now.lastEjection !== before.lastEjection;
  const wasEjected = ejectionAt(before, last.at) !== undefined;
  expect(isNew).toBe(last.hasAlternative && !wasEjected && deservesEjection(seen, before.lastEjection?.from));
  if (!isNew) return;
  expect(now.lastEjection?.from).toBe(last.at);
  expect(ejectionAt(now, last.at)).toBe(now.lastEjection);
  expect(lengthOf(now.lastEjection)).toBe(expectedLength(before.lastEjection, last.at));
}

/** Counted from the whole history: the tenths of the window that end with the present one, or the falls. */
function deservesEjection(seen: readonly Observation[], ejectedAt = Number.NEGATIVE_INFINITY): boolean {
  const last = seen.at(-1) as Observation;
  if (last.type === "fall")
    return seen.filter(({ type, at }) => type === "fall" && last.at - at < SMALL.flapWindowMs).length >= 3;
  const tenth = (at: number) => Math.floor(at / 100);
  const lastEjected = seen.findLastIndex(({ at }) => at === ejectedAt);
  const counted = seen
    .slice(lastEjected + 1)
    .filter((one) => one.type === "answer")
    .filter(({ at }) => tenth(last.at) - tenth(at) < 10);
  const failed = counted.filter((answer) => answer.failed).length;
  return last.failed && counted.length >= SMALL.minAnswers && failed * 2 >= counted.length;
}

const lengthOf = (ejection: Ejection | undefined) => (ejection ? ejection.until - ejection.from : undefined);

function expectedLength(previous: Ejection | undefined, at: number): number {
  if (previous === undefined || at - previous.until >= SMALL.maxEjectionMs) return SMALL.ejectionMs;
  return Math.min(2 * (previous.until - previous.from), SMALL.maxEjectionMs);
}

describe("whatever a region does", () => {
  it("is ejected exactly when its answers or falls deserve it and another region is up", () => {
    const deed = fc.oneof<[fc.Arbitrary<Deed>, fc.Arbitrary<Deed>]>(
      fc.record({ type: fc.constant("answer" as const), failed: fc.boolean() }),
      fc.record({ type: fc.constant("fall" as const) }),
    );
    const command = fc
      .tuple(deed, fc.integer({ min: 1, max: 300 }), fc.boolean())
      .map(([what, gapMs, hasAlternative]) => new Observe(what, gapMs, hasAlternative));
    fc.assert(
      fc.property(fc.commands([command], { maxCommands: 100, size: "max" }), (commands) => {
        fc.modelRun(() => ({ model: { seen: [] }, real: { state: NOTHING_OBSERVED } }), commands);
      }),
      { numRuns: 300 },
    );
  });
});
