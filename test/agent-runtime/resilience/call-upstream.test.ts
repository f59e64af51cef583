import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import { GatewayError } from "../../../agent-runtime/src/errors.ts";
import { CallReport } from "../../../agent-runtime/src/resilience/upstream-call.ts";
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
  stream,
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

describe("a call", () => {
  it("that succeeds sends one request and waits for nothing", async () => {
    const { call, sent } = scriptCalls();
    expect(await call()).toMatchObject({
      kind: "answered",
      response: { status: 200 },
      report: { model: SONNET, attempts: 1, retries: 0, msWaited: 0, failure: undefined },
    });
    expect(sent).toEqual([SONNET]);
    expect(vi.getTimerCount()).toBe(0);
  });

  it("that the upstream refuses for its form is passed on as it came and not tried again", async () => {
    const { call, answerWith, sent } = scriptCalls();
    const error = apiError("invalid_request_error", "max_tokens: Field required");
    answerWith(() => json(400, error, { "request-id": "req_up_1" }));
    const result = await call(withFallback());
    expect(result).toMatchObject({
      kind: "refused",
      response: { status: 400, headers: { "request-id": "req_up_1" } },
      report: { failure: "invalid_request" },
    });
    expect(result.kind === "refused" && JSON.parse(String(result.response.body))).toEqual(error);
    expect(sent).toEqual([OPUS]);
  });

  it("that gets no answer throws what happened, with its report filled", async () => {
    const { call, answerWith } = scriptCalls();
    answerWith(() => {
      throw Object.assign(new Error("refused"), { code: "ECONNREFUSED" });
    });
    const report = new CallReport();
    const result = settled(call({}, report));
    await vi.advanceTimersByTimeAsync(60_000);
    expect(await result).toMatchObject({ code: "upstream_unreachable" });
    expect(report).toMatchObject({ attempts: 5, retries: 4, failure: "connection" });
  });

  it("that fails by the gateway's own fault is not tried again and trips no breaker", async () => {
    const { call, answerWith, sent, deps } = scriptCalls();
    answerWith(() => {
      throw Object.assign(new Error("invalid header"), { code: "UND_ERR_INVALID_ARG" });
    });
    expect(await settled(call(withFallback()))).toMatchObject({ code: "internal" });
    expect(sent).toHaveLength(1);
    expect(deps.breakers.of(OPUS).failures).toBe(0);
  });

  it.each([
    ["redirects", { status: 302, headers: { location: "http://elsewhere.invalid" } }],
    ["answers encoded", { status: 200, headers: { "content-encoding": "gzip" } }],
  ])("whose upstream %s ends as unusable and leaves no answer unread", async (_what, fields) => {
    const { call, answerWith } = scriptCalls();
    const response = { ...json(200, {}), ...fields };
    answerWith(() => response);
    const result = settled(call({ deadlineAtMs: performance.now() }));
    expect(await result).toMatchObject({ code: "upstream_unusable" });
    expect(response.body.destroyed).toBe(true);
  });

  it("whose error answer is too long to hold ends as unusable", async () => {
    const { call, answerWith } = scriptCalls();
    answerWith(() => json(500, "x".repeat(2 * 1024 * 1024)));
    const result = settled(call({ deadlineAtMs: performance.now() }));
    expect(await result).toMatchObject({ code: "upstream_unusable" });
  });
});

describe("a caller that leaves", () => {
  it("ends the call at once and counts for no breaker", async () => {
    const { call, answerWith, deps, metricsText } = scriptCalls();
    answerWith(never);
    for (let time = 0; time < 10; time += 1) {
      const caller = new AbortController();
      const result = settled(call({ ...withFallback(), signal: caller.signal, streams: true }));
      const gone = new GatewayError("client_closed");
      caller.abort(gone);
      expect(await result).toBe(gone);
    }
    expect(deps.breakers.of(OPUS)).toMatchObject({ state: "closed", failures: 0 });
    expect(await metricsText()).not.toContain("upstream_failures_total{");
    expect(vi.getTimerCount()).toBe(0);
  });

  it.each([true, false])("before the call begins sends nothing: stream %s", async (streams) => {
    const { call, sent } = scriptCalls();
    const gone = new GatewayError("client_closed");
    expect(await settled(call({ streams, signal: AbortSignal.abort(gone) }))).toBe(gone);
    expect(sent).toEqual([]);
  });
});

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
    ["a key that is not accepted", () => json(401, apiError("authentication_error", "invalid x-api-key"))],
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

describe("another key", () => {
  it.each([
    ["is not accepted", 401, apiError("authentication_error", "invalid x-api-key")],
    ["has reached its spend cap", 402, apiError("billing_error")],
    [
      "has reached a limit of its workspace",
      400,
      apiError("invalid_request_error", "You have reached your specified workspace API usage limits."),
    ],
  ])("is tried at once when one %s, which is no retry", async (_what, status, error) => {
    const { call, answerWith, haveOtherKeys, sent } = scriptCalls();
    haveOtherKeys(1);
    answerWith(() => (sent.length === 1 ? json(status, error) : json(200, {})));
    expect(await call()).toMatchObject({
      kind: "answered",
      report: { attempts: 2, retries: 0, msWaited: 0 },
    });
  });

  it("is not looked for without end: the last refusal is passed on", async () => {
    const { call, answerWith, haveOtherKeys, sent } = scriptCalls();
    haveOtherKeys(2);
    answerWith(() => json(401, apiError("authentication_error", "invalid x-api-key")));
    expect(await call()).toMatchObject({ kind: "refused", response: { status: 401 } });
    expect(sent).toHaveLength(3);
  });

  it("is not tried when a key may not do what was asked", async () => {
    const { call, answerWith, haveOtherKeys, sent } = scriptCalls();
    haveOtherKeys(1);
    answerWith(() => json(403, apiError("permission_error")));
    expect(await call()).toMatchObject({ kind: "refused", response: { status: 403 } });
    expect(sent).toHaveLength(1);
  });
});

describe("little head-room", () => {
  const LIMITED = {
    "anthropic-ratelimit-requests-limit": "100",
    "anthropic-ratelimit-requests-remaining": "5",
  };

  it("slows the next call of the same model class before it is sent", async () => {
    const { call, answerWith, sent } = scriptCalls();
    answerWith(() => json(200, {}, LIMITED));
    await call();
    const slowed = call();
    await vi.advanceTimersByTimeAsync(499);
    expect(sent).toHaveLength(1);
    await vi.advanceTimersByTimeAsync(1);
    expect(await slowed).toMatchObject({ report: { msWaited: 500 } });
    expect(await call(callTo(OPUS))).toMatchObject({ report: { msWaited: 0 } });
  });
});

describe("a stream", () => {
  it("that does not begin in time is tried again, and its time is that of each attempt", async () => {
    const { call, answerWith, sent } = scriptCalls({ firstByteMs: 30_000 });
    answerWith(() => (sent.length === 1 ? never() : stream("event: message_start\ndata: {}\n\n")));
    const result = call({ streams: true });
    await vi.advanceTimersByTimeAsync(31_000);
    expect(await result).toMatchObject({
      kind: "answered",
      report: { attempts: 2, failure: "first_byte_timeout", msWaited: 1_000, msUpstream: 30_000 },
    });
    expect(vi.getTimerCount()).toBe(0);
  });

  it("that never begins ends with the time-out", async () => {
    const { call, answerWith } = scriptCalls();
    answerWith(never);
    const result = settled(call({ streams: true, deadlineAtMs: performance.now() + 30_500 }));
    await vi.advanceTimersByTimeAsync(30_000);
    expect(await result).toMatchObject({
      code: "first_byte_timeout",
      message: expect.stringContaining("30 s"),
    });
  });

  it("does not bound an answer that is not streamed", async () => {
    const { call, answerWith } = scriptCalls({ firstByteMs: 1_000 });
    const { promise: answer, resolve } = Promise.withResolvers<ReturnType<typeof json>>();
    answerWith(() => answer);
    const result = call();
    await vi.advanceTimersByTimeAsync(300_000);
    resolve(json(200, {}));
    expect(await result).toMatchObject({ kind: "answered", report: { attempts: 1 } });
  });
});
