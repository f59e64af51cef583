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
      known: "all",
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

  it.each(["", "[]", "{}", '{"usage":[]}', '{"usage":null}'])("is unknown for %j", (body) => {
    expect(readAnswer(Buffer.from(body))).toBeUndefined();
  });

  it.each([
    { input_tokens: -1, output_tokens: 1 },
    { input_tokens: "many", output_tokens: 1 },
    { input_tokens: 1 },
    { input_tokens: 1, output_tokens: 1, iterations: [{ input_tokens: 1 }] },
  ])("is not to be believed where a figure is missing: %j", (usage) => {
    expect(readAnswer(Buffer.from(JSON.stringify({ usage })))?.known).toBe("nothing");
  });

  it("is read all the same where another field has a form that is not known", () => {
    const usage = {
      input_tokens: 5,
      output_tokens: 7,
      cache_read_input_tokens: "many",
      cache_creation: 3,
      iterations: {},
      server_tool_use: [],
      service_tier: { name: "batch" },
      speed: 1,
    };
    expect(readAnswer(Buffer.from(JSON.stringify({ model: 1, usage })))).toMatchObject({
      known: "all",
      usage: { inputTokens: 5, outputTokens: 7 },
      modifiers: {},
    });
  });

  it("is the sum of the upstream's own calls, which its top-level figures leave out", () => {
    const usage = {
      input_tokens: 23_000,
      output_tokens: 1_000,
      iterations: [
        { type: "compaction", input_tokens: 180_000, output_tokens: 3_500 },
        {
          type: "message",
          input_tokens: 23_000,
          output_tokens: 1_000,
          cache_read_input_tokens: 7,
          cache_creation_input_tokens: 30,
          cache_creation: { ephemeral_5m_input_tokens: 10, ephemeral_1h_input_tokens: 20 },
        },
        { type: "message", input_tokens: 1, output_tokens: 2, cache_creation_input_tokens: 4 },
      ],
    };
    expect(readAnswer(Buffer.from(JSON.stringify({ usage })))).toMatchObject({
      known: "all",
      usage: {
        inputTokens: 203_001,
        outputTokens: 4_502,
        cacheReadTokens: 7,
        cacheWrite5mTokens: 14,
        cacheWrite1hTokens: 20,
      },
    });
  });
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

  it("knows its input at its beginning, everything at its end, and nothing before", () => {
    const known = (...events: string[]) => observe(...events).answer.known;
    expect(known()).toBe("nothing");
    expect(known(event("message_start", { message: { ...ANSWER, usage: {} } }))).toBe("nothing");
    expect(known(MESSAGE_START, delta("Hi"))).toBe("input");
    expect(known(MESSAGE_START, event("message_delta", { usage: { output_tokens: "x" } }))).toBe("input");
    expect(known(MESSAGE_START, delta("Hi"), ...streamEnd)).toBe("all");
  });

  it.each([
    ": keep-alive\n",
    ": a comment that is longer than a name ever is, or than sixty-four bytes\r\n",
    "id: 1\n",
  ])("is understood with %j before the name of an event", (line) => {
    const observer = observe(...[MESSAGE_START, delta("Hi"), ...streamEnd].map((text) => line + text));
    expect(observer.isComplete).toBe(true);
    expect(observer.answer).toMatchObject({ known: "all", usage: { inputTokens: 100, outputTokens: 25 } });
  });

  it("does not take a text for the name of an event", () => {
    expect(observe('data: {"text":"event: message_stop"}\n\n').isComplete).toBe(false);
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
