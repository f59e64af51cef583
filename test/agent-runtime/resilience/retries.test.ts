import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import { GatewayError } from "../../../agent-runtime/src/errors.ts";
import { RETRY_LADDER_MS, Retries } from "../../../agent-runtime/src/resilience/retries.ts";
import { RetryBudget } from "../../../agent-runtime/src/resilience/retry-budget.ts";
import { CallReport } from "../../../agent-runtime/src/resilience/upstream-call.ts";
import {
  json,
  overloaded,
  rateLimited,
  type Script,
  SONNET,
  scriptCalls,
  settled,
} from "./scripted-calls.ts";

beforeEach(() => {
  vi.useFakeTimers({ now: new Date("2026-11-25T10:00:00Z") });
});

afterEach(() => {
  vi.useRealTimers();
});

/** Fails so often, then answers. @returns when each attempt was made, in milliseconds from the first. */
function failing(times: number, failure: () => ReturnType<Script>) {
  const atMs: number[] = [];
  const beganAtMs = performance.now();
  const script: Script = () => {
    atMs.push(performance.now() - beganAtMs);
    return atMs.length <= times ? failure() : json(200, {});
  };
  return { atMs, script };
}

describe("a call that fails", () => {
  it("is tried again after 1, 5, 15 and 30 seconds, then given up", async () => {
    const { call, answerWith, metricsText } = scriptCalls({ threshold: 99 });
    const { atMs, script } = failing(9, overloaded);
    answerWith(script);
    const result = call();
    await vi.advanceTimersByTimeAsync(60_000);
    expect(await result).toMatchObject({ kind: "refused", response: { status: 529 } });
    expect(atMs).toEqual([0, 1_000, 6_000, 21_000, 51_000]);
    const text = await metricsText();
    expect(text).toContain(`upstream_retries_total{model="${SONNET}",outcome="retried"} 4`);
    expect(text).toContain(`upstream_failures_total{model="${SONNET}",class="overloaded"} 5`);
  });

  it("reports its attempts, its retries, its waits and its last failure", async () => {
    const { call, answerWith } = scriptCalls();
    answerWith(failing(2, overloaded).script);
    const result = call();
    await vi.advanceTimersByTimeAsync(6_000);
    expect(await result).toMatchObject({
      kind: "answered",
      report: {
        model: SONNET,
        attempts: 3,
        retries: 2,
        msWaited: 6_000,
        msUpstream: 0,
        failure: "overloaded",
      },
    });
  });

  it("is not tried again when the wait would pass the caller's deadline", async () => {
    const { call, answerWith, sent, metricsText } = scriptCalls();
    answerWith(() => overloaded());
    const result = call({ deadlineAtMs: performance.now() + 4_000 });
    await vi.advanceTimersByTimeAsync(1_000);
    expect(await result).toMatchObject({ kind: "refused", report: { attempts: 2, msWaited: 1_000 } });
    expect(sent).toHaveLength(2);
    expect(await metricsText()).toContain(`upstream_retries_total{model="${SONNET}",outcome="deadline"} 1`);
  });

  it("ends at once when it is aborted during a wait", async () => {
    const { call, answerWith, sent } = scriptCalls();
    answerWith(() => overloaded());
    const caller = new AbortController();
    const report = new CallReport();
    const result = settled(call({ signal: caller.signal }, report));
    await vi.advanceTimersByTimeAsync(400);
    const gone = new GatewayError("client_closed");
    caller.abort(gone);
    expect(await result).toBe(gone);
    expect(sent).toHaveLength(1);
    expect(report).toMatchObject({ attempts: 1, msWaited: 400 });
    expect(vi.getTimerCount()).toBe(0);
  });

  it("is not tried again when the upstream says `x-should-retry: false`", async () => {
    const { call, answerWith, sent } = scriptCalls();
    answerWith(() => overloaded({ "x-should-retry": "false" }));
    expect(await call()).toMatchObject({ kind: "refused" });
    expect(sent).toHaveLength(1);
  });

  it("is not tried again once its breaker has opened", async () => {
    const { call, answerWith, sent } = scriptCalls({ threshold: 2 });
    answerWith(() => overloaded());
    const result = call();
    await vi.advanceTimersByTimeAsync(60_000);
    expect(await result).toMatchObject({
      kind: "refused",
      report: { attempts: 2, retries: 1, msWaited: 1_000 },
    });
    expect(sent).toHaveLength(2);
  });
});

describe("fault 31: a 429 with", () => {
  /** When the second attempt comes, in milliseconds after the first; undefined when it never does. */
  async function secondAttempt(headers: Record<string, string>): Promise<number | undefined> {
    const { call, answerWith } = scriptCalls();
    const { atMs, script } = failing(1, () => rateLimited(headers));
    answerWith(script);
    const result = settled(call());
    await vi.advanceTimersByTimeAsync(120_000);
    await result;
    return atMs[1];
  }

  it("no `retry-after` is tried again on the ladder", async () => {
    expect(await secondAttempt({})).toBe(1_000);
  });

  it("`retry-after: 0` is tried again soon, but not all callers in the same moment", async () => {
    expect(await secondAttempt({ "retry-after": "0" })).toBe(500);
  });

  it("`retry-after: 7` is tried again not before that", async () => {
    expect(await secondAttempt({ "retry-after": "7" })).toBe(7_500);
  });

  it("a huge `retry-after` is not waited for: the caller gets it at once", async () => {
    const { call, answerWith } = scriptCalls();
    answerWith(() => rateLimited({ "retry-after": "86400000" }));
    expect(await call()).toMatchObject({
      kind: "refused",
      response: { status: 429, headers: { "retry-after": "86400000" } },
      report: { attempts: 1, msWaited: 0 },
    });
  });

  it("an HTTP date as `retry-after` is tried again not before that", async () => {
    expect(await secondAttempt({ "retry-after": "Wed, 25 Nov 2026 10:00:20 GMT" })).toBe(20_500);
  });

  it("an HTTP date that is past is tried again soon", async () => {
    expect(await secondAttempt({ "retry-after": "Wed, 25 Nov 2026 09:00:00 GMT" })).toBe(500);
  });

  it("garbage as `retry-after` is tried again on the ladder", async () => {
    expect(await secondAttempt({ "retry-after": "soon" })).toBe(1_000);
  });

  it("`retry-after-ms: 250` is tried again not before that", async () => {
    expect(await secondAttempt({ "retry-after-ms": "250", "retry-after": "1" })).toBe(750);
  });
});

describe("fault 32: a storm", () => {
  const CALLS = 1_000;

  /** Sends 1,000 calls over ten seconds and waits until all are over. @returns how many requests reached the upstream. */
  async function storm(script: Script, threshold: number) {
    const { call, answerWith, sent, metricsText } = scriptCalls({ threshold, retryFloor: 3 });
    answerWith(script);
    const results: Promise<unknown>[] = [];
    for (let index = 0; index < CALLS; index += 1) {
      results.push(settled(call()));
      await vi.advanceTimersByTimeAsync(10);
    }
    await vi.advanceTimersByTimeAsync(60_000);
    await Promise.all(results);
    return { requests: sent.length, metrics: await metricsText() };
  }

  it.each([
    ["529", overloaded],
    [
      "500",
      () => json(500, { type: "error", error: { type: "api_error", message: "Internal server error" } }),
    ],
    ["429", rateLimited],
  ])(
    "of %s costs the upstream at most a tenth more requests, also without breaker",
    async (_status, script) => {
      const { requests, metrics } = await storm(() => script(), Number.POSITIVE_INFINITY);
      expect(requests).toBeGreaterThan(CALLS);
      // Retries are a tenth of the last ten seconds' traffic, and the ladder outlasts the storm by a minute at the floor.
      expect(requests).toBeLessThanOrEqual(CALLS * 1.1 + 6 * 3);
      expect(metrics).toContain('outcome="budget_exhausted"');
    },
  );

  it("reaches the upstream hardly at all once the breaker is open", async () => {
    const { requests } = await storm(() => overloaded(), 5);
    expect(requests).toBeLessThanOrEqual(10);
  });
});

describe("waits", () => {
  it.each([
    [0, [800, 4_000, 12_000, 24_000]],
    [0.999_999, [1_200, 6_000, 18_000, 36_000]],
  ])("are spread by a fifth around their rung: random %d", (random, expected) => {
    const retries = new Retries({ budget: new RetryBudget({ floor: 9 }), random: () => random });
    const waits = RETRY_LADDER_MS.map((_rung, index) => {
      const decision = retries.decide({
        index,
        retryAfterMs: undefined,
        deadlineAtMs: Number.POSITIVE_INFINITY,
      });
      return decision.outcome === "retried" ? Math.round(decision.waitMs) : decision.outcome;
    });
    expect(waits).toEqual(expected);
  });
});
