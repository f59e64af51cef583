import { PassThrough } from "node:stream";
import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import { relayEvents } from "../../../agent-runtime/src/gateway/relay-events.ts";
import { ActiveTurns } from "../../../agent-runtime/src/gateway/turns.ts";
import { AnswerObserver } from "../../../agent-runtime/src/gateway/usage.ts";
import { testEnv } from "../running-gateway.ts";
import { delta, MESSAGE_START, STREAM_END } from "../scripted-upstream.ts";

const IDLE_MS = 60_000;

beforeEach(() => {
  vi.useFakeTimers({ toFake: ["setTimeout", "clearTimeout"] });
});

afterEach(() => {
  vi.useRealTimers();
});

function startRelay() {
  const body = new PassThrough();
  const turn = new ActiveTurns(testEnv()).begin("acme");
  turn.signal.addEventListener("abort", () => body.destroy(turn.cancelledBy));
  const onEnd = vi.fn();
  const observer = new AnswerObserver();
  const events = relayEvents({ body, turn, observer, requestId: "req_1", idleMs: IDLE_MS, onEnd });
  return { body, turn, events, onEnd };
}

describe("the silence of an upstream", () => {
  it("ends the stream when it lasts too long", async () => {
    const { body, events, turn } = startRelay();
    body.write(MESSAGE_START);
    await events.next();
    const next = events.next();
    await vi.advanceTimersByTimeAsync(IDLE_MS);
    expect(turn.cancelledBy?.code).toBe("idle_timeout");
    expect(String((await next).value)).toContain("timeout_error");
    expect((await events.next()).done).toBe(true);
  });

  it("begins anew with every byte", async () => {
    const { body, events, turn } = startRelay();
    for (let round = 0; round < 5; round += 1) {
      body.write(delta("x"));
      await events.next();
      const next = events.next();
      await vi.advanceTimersByTimeAsync(IDLE_MS - 1);
      body.write(delta("x"));
      await next;
    }
    expect(turn.signal.aborted).toBe(false);
  });

  it("does not count while the caller is the one who waits", async () => {
    const { body, events, turn } = startRelay();
    body.write(MESSAGE_START);
    await events.next();
    await vi.advanceTimersByTimeAsync(10 * IDLE_MS);
    expect(turn.signal.aborted).toBe(false);
    body.end(STREAM_END);
    expect(String((await events.next()).value)).toBe(STREAM_END);
  });
});

describe("the end of a stream", () => {
  it("is told before the caller sees it", async () => {
    const { body, events, onEnd } = startRelay();
    body.end(MESSAGE_START);
    await events.next();
    expect(onEnd).not.toHaveBeenCalled();
    await events.next();
    expect(onEnd).toHaveBeenCalledExactlyOnceWith(expect.objectContaining({ code: "upstream_broken" }));
  });

  it("is told as regular when it is", async () => {
    const { body, events, onEnd } = startRelay();
    body.end(MESSAGE_START + STREAM_END);
    await events.next();
    expect((await events.next()).done).toBe(true);
    expect(onEnd).toHaveBeenCalledExactlyOnceWith(undefined);
  });
});
