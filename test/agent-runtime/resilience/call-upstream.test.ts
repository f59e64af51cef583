import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import { GatewayError } from "../../../agent-runtime/src/errors.ts";
import { CallReport } from "../../../agent-runtime/src/resilience/upstream-call.ts";
import {
  apiError,
  callTo,
  json,
  never,
  OPUS,
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
    const result = await call(callTo(OPUS, SONNET));
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
    expect(await settled(call(callTo(OPUS, SONNET)))).toMatchObject({ code: "internal" });
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
    const result = settled(call({ streams: true, deadlineAtMs: performance.now() }));
    expect(await result).toMatchObject({ code: "upstream_unusable" });
  });
});

describe("a caller that leaves", () => {
  it("ends the call at once and counts for no breaker", async () => {
    const { call, answerWith, deps, metricsText } = scriptCalls();
    answerWith(never);
    for (let time = 0; time < 10; time += 1) {
      const caller = new AbortController();
      const result = settled(call({ ...callTo(OPUS, SONNET), signal: caller.signal, streams: true }));
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
