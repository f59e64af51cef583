import { describe, expect, it } from "vitest";
import type { BreakerState, Judged } from "../../../agent-runtime/src/resilience/model-breaker.ts";
import { ModelBreaker } from "../../../agent-runtime/src/resilience/model-breaker.ts";

function testBreaker() {
  let nowMs = 1_000;
  const changes: BreakerState[] = [];
  const breaker = new ModelBreaker("claude-sonnet-5-5", {
    threshold: 5,
    openMs: 60_000,
    nowMs: () => nowMs,
    onChange: ({ state }) => changes.push(state),
  });
  return {
    breaker,
    changes,
    advance(ms: number) {
      nowMs += ms;
    },
    async see(...verdicts: readonly Judged["verdict"][]) {
      for (const verdict of verdicts) await breaker.run(async () => ({ verdict }));
    },
  };
}

const FIVE_FAILURES = ["failure", "failure", "failure", "failure", "failure"] as const;

/** An attempt that ends when the test says so. */
function attemptUnderWay(breaker: ModelBreaker) {
  const { promise, resolve, reject } = Promise.withResolvers<Judged>();
  const done = breaker.run(() => promise).catch((thrown: unknown) => thrown);
  return {
    async ends(verdict: Judged["verdict"]) {
      resolve({ verdict });
      await done;
    },
    async breaksOff() {
      reject(new Error("the caller left"));
      await done;
    },
  };
}

describe("a breaker", () => {
  it("opens at the fifth failure in a row, not before", async () => {
    const { breaker, see } = testBreaker();
    await see("failure", "failure", "failure", "failure");
    expect(breaker).toMatchObject({ state: "closed", isRefusing: false, failures: 4 });
    await see("failure");
    expect(breaker).toMatchObject({ state: "open", isRefusing: true, refusesForMs: 60_000, failures: 5 });
    expect(breaker.openedAt).toBeInstanceOf(Date);
  });

  it("fault 51: flapping at the threshold does not open it, because a success begins the count again", async () => {
    const { breaker, see } = testBreaker();
    for (let round = 0; round < 20; round += 1)
      await see("failure", "failure", "failure", "failure", "success");
    expect(breaker).toMatchObject({ state: "closed", failures: 0 });
  });

  it("counts what is the caller's own doing neither as a failure nor as a success", async () => {
    const { breaker, see } = testBreaker();
    await see(...Array.from({ length: 50 }, () => "neutral" as const));
    expect(breaker.state).toBe("closed");
    await see("failure", "failure", "failure", "failure", "neutral", "failure");
    expect(breaker.state).toBe("open");
  });

  it("counts nothing for an attempt that is broken off", async () => {
    const { breaker, see } = testBreaker();
    for (let call = 0; call < 50; call += 1) await attemptUnderWay(breaker).breaksOff();
    expect(breaker).toMatchObject({ state: "closed", failures: 0 });
    await see("failure", "failure", "failure", "failure");
    await attemptUnderWay(breaker).breaksOff();
    await see("failure");
    expect(breaker.state).toBe("open");
  });

  it("is open for 60 seconds and then lets exactly one probe through", async () => {
    const { breaker, see, advance } = testBreaker();
    await see(...FIVE_FAILURES);
    advance(59_999);
    expect(breaker.isRefusing).toBe(true);
    advance(1);
    expect(breaker.isRefusing).toBe(false);
    const probe = attemptUnderWay(breaker);
    expect(breaker).toMatchObject({ state: "half-open", isRefusing: true });
    await probe.ends("success");
    expect(breaker).toMatchObject({ state: "closed", isRefusing: false, failures: 0, openedAt: undefined });
  });

  it("is open for another 60 seconds when the probe fails", async () => {
    const { breaker, see, advance, changes } = testBreaker();
    await see(...FIVE_FAILURES);
    advance(60_000);
    await see("failure");
    expect(breaker).toMatchObject({ state: "open", refusesForMs: 60_000 });
    expect(changes).toEqual(["open", "half-open", "open"]);
  });

  it("closes when the probe gets an answer that is the caller's own doing: the upstream answers again", async () => {
    const { breaker, see, advance } = testBreaker();
    await see(...FIVE_FAILURES);
    advance(60_000);
    await see("neutral");
    expect(breaker).toMatchObject({ state: "closed", failures: 0 });
  });

  it("lets another probe through when one is broken off, and does not close for it", async () => {
    const { breaker, see, advance, changes } = testBreaker();
    await see(...FIVE_FAILURES);
    advance(60_000);
    await attemptUnderWay(breaker).breaksOff();
    expect(breaker).toMatchObject({ state: "open", isRefusing: false, failures: 5 });
    const probe = attemptUnderWay(breaker);
    expect(breaker).toMatchObject({ state: "half-open", isRefusing: true });
    await probe.ends("failure");
    expect(breaker).toMatchObject({ state: "open", refusesForMs: 60_000 });
    expect(changes).toEqual(["open", "half-open", "open", "half-open", "open"]);
  });

  it.each(["failure", "success"] as const)(
    "lets only the probe decide: a %s of an attempt from before it opened changes nothing",
    async (verdict) => {
      const { breaker, see, advance } = testBreaker();
      const early = attemptUnderWay(breaker);
      await see(...FIVE_FAILURES);
      advance(60_000);
      const probe = attemptUnderWay(breaker);
      await early.ends(verdict);
      expect(breaker).toMatchObject({ state: "half-open", failures: 5 });
      await probe.ends("success");
      expect(breaker.state).toBe("closed");
    },
  );

  it("is closed by a reset at once, and what was under way then counts nothing", async () => {
    const { breaker, see, changes } = testBreaker();
    const early = attemptUnderWay(breaker);
    await see(...FIVE_FAILURES);
    breaker.reset();
    expect(breaker).toMatchObject({ state: "closed", isRefusing: false, failures: 0 });
    await early.ends("failure");
    expect(breaker.failures).toBe(0);
    expect(changes).toEqual(["open", "closed"]);
  });

  it("opens and closes by the monotonic clock, whatever the wall clock does", async () => {
    const { breaker, see, advance } = testBreaker();
    const { now } = Date;
    await see(...FIVE_FAILURES);
    Date.now = () => now() - 3_600_000;
    try {
      advance(60_000);
      await see("success");
    } finally {
      Date.now = now;
    }
    expect(breaker.state).toBe("closed");
  });
});
