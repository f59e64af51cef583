import { describe, expect, it } from "vitest";
import { AnswerObserver, readAnswer, readErrorType } from "../../../agent-runtime/src/gateway/usage.ts";
import { ANSWER, delta, event, MESSAGE_START, STREAM_END } from "../scripted-upstream.ts";

function observe(...events: string[]): AnswerObserver {
  const observer = new AnswerObserver();
  for (const text of events) observer.observe(Buffer.from(text));
  return observer;
}

const streamEnd = STREAM_END.split("\n\n")
  .filter((text) => text !== "")
  .map((text) => `${text}\n\n`);

describe("usage of a JSON answer", () => {
  it("tells cached from uncached input", () => {
    expect(readAnswer(Buffer.from(JSON.stringify(ANSWER)))).toEqual({
      model: "claude-sonnet-5-5",
      usage: {
        inputTokens: 100,
        outputTokens: 10,
        cacheReadTokens: 1000,
        cacheWrite5mTokens: 0,
        cacheWrite1hTokens: 0,
      },
      modifiers: {},
    });
  });

  it("tells what the price depends on besides tokens", () => {
    const usage = {
      input_tokens: 1,
      service_tier: "batch",
      inference_geo: "us",
      speed: "fast",
      server_tool_use: { web_search_requests: 2 },
    };
    expect(readAnswer(Buffer.from(JSON.stringify({ usage })))?.modifiers).toEqual({
      serviceTier: "batch",
      inferenceGeo: "us",
      speed: "fast",
      webSearches: 2,
    });
  });

  it("tells short from long cache writes", () => {
    const usage = {
      input_tokens: 1,
      cache_creation_input_tokens: 30,
      cache_creation: { ephemeral_5m_input_tokens: 10, ephemeral_1h_input_tokens: 20 },
    };
    expect(readAnswer(Buffer.from(JSON.stringify({ usage })))?.usage).toMatchObject({
      cacheWrite5mTokens: 10,
      cacheWrite1hTokens: 20,
    });
  });

  it.each(["", "[]", "{}", '{"usage":{"input_tokens":-1}}', '{"usage":{"input_tokens":"many"}}'])(
    "is unknown for %j",
    (body) => {
      expect(readAnswer(Buffer.from(body))).toBeUndefined();
    },
  );
});

describe("an error answer", () => {
  it("names its type", () => {
    expect(readErrorType(Buffer.from('{"type":"error","error":{"type":"api_error"}}'))).toBe("api_error");
  });

  it("of another form has none", () => {
    expect(readErrorType(Buffer.from("<html>"))).toBeUndefined();
  });
});

describe("a stream watched", () => {
  it("to its end has the final usage", () => {
    const observer = observe(MESSAGE_START, delta("Hello there"), ...streamEnd);
    expect(observer.isComplete).toBe(true);
    expect(observer.answer).toMatchObject({
      model: "claude-sonnet-5-5",
      usage: { inputTokens: 100, outputTokens: 25 },
    });
  });

  it("does not count cache writes for an hour again when its end repeats only the total", () => {
    const input = {
      input_tokens: 1,
      cache_creation_input_tokens: 30,
      cache_creation: { ephemeral_5m_input_tokens: 10, ephemeral_1h_input_tokens: 20 },
    };
    const observer = observe(
      event("message_start", { message: { ...ANSWER, usage: input } }),
      event("message_delta", { usage: { output_tokens: 25, cache_creation_input_tokens: 30 } }),
    );
    expect(observer.answer.usage).toMatchObject({ cacheWrite5mTokens: 10, cacheWrite1hTokens: 20 });
  });

  it("takes cache writes without a split for short ones, and keeps them when its end says nothing", () => {
    const usage = { input_tokens: 1, cache_creation_input_tokens: 30 };
    const observer = observe(event("message_start", { message: { ...ANSWER, usage } }), ...streamEnd);
    expect(observer.answer.usage).toMatchObject({ cacheWrite5mTokens: 30, cacheWrite1hTokens: 0 });
  });

  it("half-way has the input and an estimate of the output, rounded up", () => {
    const observer = observe(MESSAGE_START, delta("abcdefgh"), delta("a"));
    expect(observer.isComplete).toBe(false);
    expect(observer.answer.usage).toMatchObject({ inputTokens: 100, outputTokens: 3 + 1 });
  });

  it("never estimates fewer tokens than deltas came", () => {
    const observer = observe(MESSAGE_START, ...Array.from({ length: 50 }, () => delta("")));
    expect(observer.answer.usage.outputTokens).toBe(50);
  });

  it("with an error event names the error", () => {
    const observer = observe(
      MESSAGE_START,
      event("error", { error: { type: "overloaded_error", message: "" } }),
    );
    expect(observer.errorType).toBe("overloaded_error");
    expect(observer.isComplete).toBe(false);
  });

  it.each([
    "event: message_start\ndata: {\n\n",
    "event: message_delta\n\n",
    "data: {}\n\n",
    "\n",
    "event: error\ndata: x\n\n",
  ])("survives the malformed event %j", (text) => {
    expect(() => observe(text)).not.toThrow();
  });
});
