import { once } from "node:events";
import { PassThrough, Readable } from "node:stream";
import { buffer } from "node:stream/consumers";
import fc from "fast-check";
import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import { MAX_HELD_EVENT_BYTES } from "../../../agent-runtime/src/gateway/event-splitter.ts";
import { peekErrorEvent } from "../../../agent-runtime/src/resilience/first-event.ts";
import { delta, event, MESSAGE_START, STREAM } from "../scripted-upstream.ts";
import { overloaded, SONNET, scriptCalls, settled, stream, textOf } from "./scripted-calls.ts";

const OVERLOADED = event("error", { error: { type: "overloaded_error", message: "Overloaded" } });

const inPieces = (text: string, size: number) =>
  stream(
    ...Array.from({ length: Math.ceil(text.length / size) }, (_, index) =>
      text.slice(index * size, (index + 1) * size),
    ),
  );

describe("looking at the first event of a stream", () => {
  it("changes no byte of the stream, however it is cut", async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.integer({ min: 1, max: 700 }),
        fc.constantFrom("\n", "\r\n", "\r"),
        async (size, lineEnd) => {
          const text = STREAM.replaceAll("\n", lineEnd);
          const { body } = inPieces(text, size);
          expect(await peekErrorEvent(body)).toBeUndefined();
          expect((await buffer(body)).toString()).toBe(text);
        },
      ),
      { numRuns: 60 },
    );
  });

  it.each(["\n", "\r\n", "\r"])(
    "finds an error event that comes byte by byte with %j as line end",
    async (lineEnd) => {
      const { body } = inPieces(OVERLOADED.replaceAll("\n", lineEnd), 1);
      expect(String(await peekErrorEvent(body))).toContain("overloaded_error");
    },
  );

  it("gives only the error event, not what follows it", async () => {
    expect(String(await peekErrorEvent(stream(OVERLOADED + MESSAGE_START).body))).not.toContain(
      "message_start",
    );
  });

  it("does not take an error in the text of an event for one", async () => {
    expect(await peekErrorEvent(stream(delta("event: error\n\n")).body)).toBeUndefined();
  });

  it("waits for the whole event", async () => {
    const body = new PassThrough();
    let hasSeen = false;
    const peeked = peekErrorEvent(body).then(() => {
      hasSeen = true;
    });
    body.write(MESSAGE_START.slice(0, -1));
    await once(body, "readable");
    await new Promise(setImmediate);
    expect(hasSeen).toBe(false);
    body.write("\n");
    await peeked;
  });

  it("does not hold an event that is too long", async () => {
    const text = delta("x".repeat(2 * MAX_HELD_EVENT_BYTES));
    const { body } = inPieces(text, 16_000);
    expect(await peekErrorEvent(body)).toBeUndefined();
    expect((await buffer(body)).length).toBe(text.length);
  });

  it.each([
    ["is empty", Readable.from([])],
    ["ends in its first event", Readable.from([Buffer.from(MESSAGE_START.slice(0, 20))])],
    ["has been destroyed", new PassThrough().destroy()],
  ])("fails when the stream %s", async (_what, body) => {
    expect(await settled(peekErrorEvent(body))).toMatchObject({ code: "upstream_broken" });
  });

  it("fails with what the stream fails with", async () => {
    const body = new PassThrough();
    const peeked = settled(peekErrorEvent(body));
    const fault = Object.assign(new Error("reset"), { code: "ECONNRESET" });
    body.destroy(fault);
    expect(await peeked).toBe(fault);
  });
});

describe("fault 33: an overload in a stream before its first delta", () => {
  beforeEach(() => {
    vi.useFakeTimers();
  });

  afterEach(() => {
    vi.useRealTimers();
  });

  it("is tried again when it is the first event, and the caller sees nothing of it", async () => {
    const { call, answerWith, sent, deps } = scriptCalls();
    answerWith(() => stream(sent.length === 1 ? OVERLOADED : STREAM));
    const result = call({ streams: true });
    await vi.advanceTimersByTimeAsync(1_000);
    const answered = await result;
    expect(answered).toMatchObject({
      kind: "answered",
      report: { failure: "overloaded_in_stream", retries: 1 },
    });
    expect(answered.kind === "answered" && (await textOf(answered.response))).toBe(STREAM);
    expect(deps.breakers.of(SONNET).failures).toBe(0);
  });

  it("counts for the breaker, and is answered with its own status and body when it does not end", async () => {
    const { call, answerWith, deps } = scriptCalls();
    answerWith(() => stream(OVERLOADED));
    const result = call({ streams: true, deadlineAtMs: performance.now() });
    expect(await result).toMatchObject({
      kind: "refused",
      response: { status: 529, headers: { "content-type": "application/json", "request-id": "req_up_1" } },
    });
    expect(deps.breakers.of(SONNET).failures).toBe(1);
  });

  it("is passed on when something of the answer came before it", async () => {
    const { call, answerWith } = scriptCalls();
    answerWith(() => stream(MESSAGE_START + OVERLOADED));
    const result = await call({ streams: true });
    expect(result.kind === "answered" && (await textOf(result.response))).toBe(MESSAGE_START + OVERLOADED);
  });

  it("leaves a stream that was answered with an error status to the status", async () => {
    const { call, answerWith } = scriptCalls();
    answerWith(() => overloaded());
    const result = await call({ streams: true, deadlineAtMs: performance.now() });
    expect(result).toMatchObject({
      kind: "refused",
      response: { status: 529 },
      report: { failure: "overloaded" },
    });
  });
});
