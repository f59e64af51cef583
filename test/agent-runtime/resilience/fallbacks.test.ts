import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import { GatewayError } from "../../../agent-runtime/src/errors.ts";
import {
  apiError,
  callTo,
  json,
  never,
  OPUS,
  overloaded,
  rateLimited,
  SONNET,
  scriptCalls,
  settled,
} from "./scripted-calls.ts";

beforeEach(() => {
  vi.useFakeTimers();
});

afterEach(() => {
  vi.useRealTimers();
});

const withFallback = () => callTo(OPUS, SONNET);

const onlyFrom = (healthy: string) => (model: string) =>
  model === healthy ? json(200, { model }) : overloaded();

/** Opens the breaker of a model by five failures. */
async function trip({ deps }: ReturnType<typeof scriptCalls>, model: string) {
  for (let failure = 0; failure < 5; failure += 1) {
    await deps.breakers.of(model).run(async () => ({ verdict: "failure" }));
  }
}

describe("a fallback model", () => {
  it("answers at once, without a wait, when the first one fails", async () => {
    const { call, answerWith, sent, metricsText } = scriptCalls();
    answerWith(onlyFrom(SONNET));
    expect(await call(withFallback())).toMatchObject({
      kind: "answered",
      report: { model: SONNET, attempts: 2, retries: 0, msWaited: 0, failure: "overloaded" },
    });
    expect(sent).toEqual([OPUS, SONNET]);
    expect(await metricsText()).toContain(`fallbacks_total{from="${OPUS}",to="${SONNET}"} 1`);
  });

  it.each([
    ["a rate limit", () => rateLimited({ "retry-after": "30" })],
    ["a retired model", () => json(404, apiError("not_found_error", `model: ${OPUS}`))],
    ["a server error", () => json(500, apiError("api_error", "Internal server error"))],
  ])("answers after %s", async (_what, failure) => {
    const { call, answerWith } = scriptCalls();
    answerWith((model) => (model === OPUS ? failure() : json(200, {})));
    expect(await call(withFallback())).toMatchObject({ kind: "answered", report: { model: SONNET } });
  });

  it.each([
    ["a spend cap", () => json(402, apiError("billing_error"))],
    ["a request too large", () => json(413, apiError("request_too_large"))],
  ])("is not tried after %s", async (_what, failure) => {
    const { call, answerWith, sent } = scriptCalls();
    answerWith(failure);
    expect(await call(withFallback())).toMatchObject({ kind: "refused" });
    expect(sent).toEqual([OPUS]);
  });

  it("is asked first while the breaker of the one before it is open", async () => {
    const calls = scriptCalls();
    await trip(calls, OPUS);
    expect(await calls.call(withFallback())).toMatchObject({
      kind: "answered",
      report: { model: SONNET, attempts: 1 },
    });
    expect(calls.sent).toEqual([SONNET]);
    expect(await calls.metricsText()).toContain(
      `upstream_failures_total{model="${OPUS}",class="breaker_open"} 1`,
    );
  });

  it("whose own breaker is open leaves the waits and the error to the first one", async () => {
    const calls = scriptCalls();
    await trip(calls, SONNET);
    calls.answerWith(() => rateLimited());
    const result = calls.call(withFallback());
    await vi.advanceTimersByTimeAsync(60_000);
    expect(await result).toMatchObject({
      kind: "refused",
      response: { status: 429 },
      report: { retries: 4 },
    });
    expect(new Set(calls.sent)).toEqual(new Set([OPUS]));
  });
});

describe("fault 52: primary and fallback both down", () => {
  it("passes the last error on as it came", async () => {
    const { call, answerWith, sent } = scriptCalls();
    answerWith((model) =>
      model === OPUS ? json(500, apiError("api_error")) : overloaded({ "request-id": "req_2" }),
    );
    const result = call(withFallback());
    await vi.advanceTimersByTimeAsync(60_000);
    expect(await result).toMatchObject({
      kind: "refused",
      response: { status: 529, headers: { "request-id": "req_2" } },
      report: { model: SONNET, failure: "overloaded" },
    });
    expect(sent).toEqual([OPUS, SONNET, SONNET, SONNET, SONNET, SONNET]);
  });

  it("throws what happened when neither answers", async () => {
    const { call, answerWith } = scriptCalls();
    answerWith(() => {
      throw Object.assign(new Error("reset"), { code: "ECONNRESET" });
    });
    const result = settled(call(withFallback()));
    await vi.advanceTimersByTimeAsync(60_000);
    expect(await result).toMatchObject({ code: "upstream_broken" });
  });

  it("asks nobody and says when to come back while both breakers are open", async () => {
    const calls = scriptCalls();
    await trip(calls, OPUS);
    await vi.advanceTimersByTimeAsync(20_500);
    await trip(calls, SONNET);
    expect(await settled(calls.call(withFallback()))).toMatchObject({
      code: "circuit_open",
      headers: { "retry-after": "40" },
    });
    expect(calls.sent).toEqual([]);
  });
});

describe("fault 51: a half-open stampede", () => {
  it("of a hundred calls sends one probe; the others are refused at once", async () => {
    const calls = scriptCalls();
    await trip(calls, SONNET);
    await vi.advanceTimersByTimeAsync(60_000);
    const { promise: answer, resolve } = Promise.withResolvers<ReturnType<typeof json>>();
    calls.answerWith(() => answer);
    const results = Array.from({ length: 100 }, () => settled(calls.call()));
    const refused = await Promise.all(results.slice(1));
    expect(refused.map((error) => error instanceof GatewayError && error.code)).toEqual(
      Array.from({ length: 99 }, () => "circuit_open"),
    );
    expect(calls.sent).toEqual([SONNET]);
    resolve(json(200, {}));
    expect(await results[0]).toMatchObject({ kind: "answered" });
    expect(calls.deps.breakers.of(SONNET).state).toBe("closed");
  });

  it("lets the next call probe when the caller of the first probe left", async () => {
    const calls = scriptCalls();
    await trip(calls, SONNET);
    await vi.advanceTimersByTimeAsync(60_000);
    calls.answerWith(never);
    const caller = new AbortController();
    const probe = settled(calls.call({ signal: caller.signal }));
    caller.abort(new GatewayError("client_closed"));
    await probe;
    calls.answerWith(() => json(200, {}));
    expect(await calls.call()).toMatchObject({ kind: "answered" });
    expect(calls.deps.breakers.of(SONNET).state).toBe("closed");
  });
});
