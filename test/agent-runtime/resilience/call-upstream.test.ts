import { Readable } from "node:stream";
import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import { GatewayError } from "../../../agent-runtime/src/errors.ts";
import { CallReport } from "../../../agent-runtime/src/resilience/upstream-call.ts";
import {
  apiError,
  broken,
  callTo,
  json,
  never,
  OPUS,
  overloaded,
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

  it("is not looked for without end, and the caller is not told that its own key was refused", async () => {
    const { call, answerWith, haveOtherKeys, sent } = scriptCalls();
    haveOtherKeys(2);
    answerWith(() =>
      json(401, apiError("authentication_error", "invalid x-api-key"), { "request-id": "req_up_1" }),
    );
    expect(await settled(call(callTo(OPUS, SONNET)))).toMatchObject({
      code: "upstream_key_refused",
      headers: { "x-upstream-request-id": "req_up_1" },
    });
    expect(sent).toEqual([OPUS, OPUS, OPUS]);
  });

  it("is not tried when a key may not do what was asked", async () => {
    const { call, answerWith, haveOtherKeys, sent } = scriptCalls();
    haveOtherKeys(1);
    answerWith(() => json(403, apiError("permission_error")));
    expect(await call()).toMatchObject({ kind: "refused", response: { status: 403 } });
    expect(sent).toHaveLength(1);
  });
});

/** An answer whose connection breaks before its end. */
function cut(status: number, contentType = "application/json"): ReturnType<typeof json> {
  const body = new Readable({ read: () => undefined });
  body.push('{"usage":');
  setImmediate(() => body.destroy(broken("UND_ERR_SOCKET")));
  return { status, headers: { "content-type": contentType }, body };
}

describe("fault 37: a request that the upstream may have been paid for is not sent again:", () => {
  async function outcomeOf(answer: () => ReturnType<typeof json> | Promise<never>, streams: boolean) {
    const { call, answerWith, sent } = scriptCalls();
    answerWith(answer);
    const report = new CallReport();
    const result = settled(call({ ...callTo(OPUS, SONNET), streams }, report));
    await vi.advanceTimersByTimeAsync(60_000);
    expect(await result).not.toHaveProperty("kind", "answered");
    return { sent: sent.length, mayHaveCost: report.mayHaveCost };
  }

  it.each([
    ["the connection breaks before an answer", () => Promise.reject(broken("ECONNRESET")), false],
    ["the same for a stream", () => Promise.reject(broken("UND_ERR_SOCKET")), true],
    ["a socket in use times out", () => Promise.reject(broken("ETIMEDOUT", { syscall: "read" })), true],
    ["an answer breaks off after its head", () => cut(200), false],
    ["a stream breaks off before its first event", () => cut(200, "text/event-stream"), true],
    ["an answer is encoded", () => ({ ...json(200, {}), headers: { "content-encoding": "br" } }), false],
  ])("%s", async (_what, answer, streams) => {
    expect(await outcomeOf(answer, streams)).toEqual({ sent: 1, mayHaveCost: true });
  });

  it.each([
    [
      "the upstream cannot be reached",
      () => {
        throw broken("ECONNREFUSED", { syscall: "connect" });
      },
    ],
    ["an error breaks off", () => cut(500)],
    ["it redirects", () => ({ ...json(302, {}), headers: {} })],
  ])("but it is when %s", async (_what, answer) => {
    for (const streams of [false, true]) {
      expect(await outcomeOf(answer, streams)).toEqual({ sent: 6, mayHaveCost: false });
    }
  });

  it("a caller that leaves before anything was sent owes nothing, and afterwards perhaps everything", async () => {
    const reports = [];
    for (const isSent of [false, true]) {
      const { call, answerWith, deps } = scriptCalls();
      answerWith(never);
      if (!isSent) deps.upstream.sendWhole = never;
      const caller = new AbortController();
      const report = new CallReport();
      const result = settled(call({ signal: caller.signal }, report));
      caller.abort(new GatewayError("client_closed"));
      if (isSent) await result;
      reports.push(report.mayHaveCost);
    }
    expect(reports).toEqual([false, true]);
  });

  it("a caller that leaves while a refused request waits owes nothing", async () => {
    const { call, answerWith } = scriptCalls();
    answerWith(() => overloaded());
    const caller = new AbortController();
    const report = new CallReport();
    const result = settled(call({ signal: caller.signal }, report));
    await vi.advanceTimersByTimeAsync(400);
    caller.abort(new GatewayError("client_closed"));
    await result;
    expect(report).toMatchObject({ attempts: 1, mayHaveCost: false });
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
  it("that does not begin in time is not asked for again: it may have been paid for", async () => {
    const { call, answerWith, sent } = scriptCalls({ firstByteMs: 30_000 });
    answerWith(never);
    const report = new CallReport();
    const result = settled(call({ ...callTo(OPUS, SONNET), streams: true }, report));
    await vi.advanceTimersByTimeAsync(30_000);
    expect(await result).toMatchObject({ code: "first_byte_timeout" });
    expect(sent).toEqual([OPUS]);
    expect(report).toMatchObject({ mayHaveCost: true, msUpstream: 30_000 });
    expect(vi.getTimerCount()).toBe(0);
  });

  it("has its whole time for the first byte in each attempt", async () => {
    const { call, answerWith, sent } = scriptCalls({ firstByteMs: 30_000 });
    const { promise: late, resolve } = Promise.withResolvers<ReturnType<typeof stream>>();
    answerWith(() => (sent.length === 1 ? overloaded() : late));
    const result = call({ streams: true });
    await vi.advanceTimersByTimeAsync(30_500);
    resolve(stream("event: message_start\ndata: {}\n\n"));
    expect(await result).toMatchObject({ kind: "answered", report: { attempts: 2, msUpstream: 29_500 } });
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
