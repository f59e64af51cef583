import fc from "fast-check";
import { describe, expect, it } from "vitest";
import {
  type Check,
  type EndpointHealth,
  observe,
  startingHealth,
} from "../../../local/front-door/endpoint-health.ts";

const POLICY = { failuresToDown: 2, successesToUp: 3, stableMs: 5_000 };

/** Health after checks one second apart: `+` succeeded, `-` failed. */
function healthAfter(checks: string, policy = POLICY): EndpointHealth {
  return [...checks].reduce<EndpointHealth>((health, mark, index) => {
    const at = (index + 1) * 1_000;
    return observe(
      health,
      mark === "+" ? { ok: true, at } : { ok: false, at, reason: `check ${index + 1}`, isSilent: false },
      policy,
    );
  }, startingHealth(0));
}

describe("the health of an endpoint", () => {
  it.each([
    ["", "starting", 0],
    ["+", "up", 1_000],
    ["-", "starting", 0],
    ["--", "down", 2_000],
    ["-+", "up", 2_000],
    ["+-", "up", 1_000],
    ["+--", "down", 3_000],
    ["+-+-+-", "up", 1_000],
    ["+---", "down", 3_000],
    ["--+", "recovering", 3_000],
    ["--+++", "recovering", 3_000],
    ["--+++++", "recovering", 3_000],
    ["--++++++", "up", 8_000],
    ["--+++++-", "down", 8_000],
    ["--+-++++++", "up", 10_000],
    ["--++++++-", "up", 8_000],
  ])("after %j is %s since %i", (checks, state, since) => {
    expect(healthAfter(checks)).toMatchObject({ state, since });
  });

  it("remembers the last failure after it is back", () => {
    expect(healthAfter("+--++++++").lastFailure).toEqual({ at: 3_000, reason: "check 3" });
  });

  it("is back with the first success where neither number nor time is asked for", () => {
    expect(healthAfter("--+", { failuresToDown: 2, successesToUp: 1, stableMs: 0 }).state).toBe("up");
  });

  it("needs the number of successes even where the time has passed", () => {
    expect(healthAfter("--++", { ...POLICY, stableMs: 0 }).state).toBe("recovering");
    expect(healthAfter("--+++", { ...POLICY, stableMs: 0 }).state).toBe("up");
  });
});

/** What the tests remember of an endpoint: every check, and nothing derived from it. */
interface History {
  readonly checks: Check[];
}

interface Subject {
  health: EndpointHealth;
}

class Observe implements fc.Command<History, Subject> {
  readonly ok: boolean;
  readonly gapMs: number;

  constructor(ok: boolean, gapMs: number) {
    this.ok = ok;
    this.gapMs = gapMs;
  }

  check(): boolean {
    return true;
  }

  run({ checks }: History, subject: Subject): void {
    const at = (checks.at(-1)?.at ?? 0) + this.gapMs;
    const check: Check = this.ok ? { ok: true, at } : { ok: false, at, reason: "failed", isSilent: false };
    const before = subject.health;
    subject.health = observe(before, check, POLICY);
    checks.push(check);
    verify(checks, before, subject.health);
  }

  toString(): string {
    return `${this.ok ? "success" : "failure"} after ${this.gapMs} ms`;
  }
}

function verify(checks: readonly Check[], before: EndpointHealth, now: EndpointHealth): void {
  const failures = streak(checks, false);
  const successes = streak(checks, true);
  const steadyMs = (successes.at(-1)?.at ?? 0) - (successes[0]?.at ?? 0);
  const proven = successes.length >= POLICY.successesToUp && steadyMs >= POLICY.stableMs;

  if (failures.length >= POLICY.failuresToDown) expect(now.state).toBe("down");
  if (proven) expect(now.state).toBe("up");
  if (before.state === "up" && failures.length < POLICY.failuresToDown) expect(now.state).toBe("up");
  if (now.state === "up" && before.state !== "up") expect(proven || before.state === "starting").toBe(true);
  if (now.state === "recovering") expect(successes.length).toBeGreaterThan(0);
  expect(now.lastFailure?.at).toBe(checks.findLast(({ ok }) => !ok)?.at);
  expect(now.since).toBe(now.state === before.state ? before.since : checks.at(-1)?.at);
}

/** The checks of one outcome at the end of the history, oldest first. */
function streak(checks: readonly Check[], ok: boolean): readonly Check[] {
  return checks.slice(checks.findLastIndex((check) => check.ok !== ok) + 1);
}

describe("whatever the checks say", () => {
  it("an endpoint is down after its failures in a row, and back only after a steady time", () => {
    const command = fc
      .tuple(fc.boolean(), fc.integer({ min: 0, max: 3_000 }))
      .map(([ok, gapMs]) => new Observe(ok, gapMs));
    fc.assert(
      fc.property(fc.commands([command], { maxCommands: 60, size: "max" }), (commands) => {
        fc.modelRun(() => ({ model: { checks: [] }, real: { health: startingHealth(0) } }), commands);
      }),
      { numRuns: 300 },
    );
  });
});
