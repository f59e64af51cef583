import Anthropic from "@anthropic-ai/sdk";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { hello, type RunningGateway, startGateway } from "../running-gateway.ts";
import {
  BLOCK_START,
  beginStream,
  delta,
  event,
  MESSAGE_START,
  type ScriptedUpstream,
  STREAM,
  startScriptedUpstream,
} from "../scripted-upstream.ts";
import { createRecordingClient, failureOf } from "./recording-client.ts";

let upstream: ScriptedUpstream;
let gateway: RunningGateway;
let client: Anthropic;

beforeEach(async () => {
  upstream = await startScriptedUpstream();
  gateway = await startGateway(upstream.url);
  client = createRecordingClient(gateway, { maxRetries: 0 }).client;
  answer(STREAM);
});

afterEach(async () => {
  await gateway.close();
  await upstream.close();
});

function answer(...parts: string[]): void {
  upstream.answerWith((response) => {
    beginStream(response, ...parts);
    response.end();
  });
}

/** A stream that has begun and never goes on. */
function answerForEver(): void {
  upstream.answerWith((response) => beginStream(response, MESSAGE_START, BLOCK_START, delta("Hi ")));
}

describe("a stream of raw events", () => {
  it("comes event by event", async () => {
    const kinds: string[] = [];
    for await (const { type } of await client.messages.create({ ...hello, stream: true })) kinds.push(type);
    expect(kinds).toEqual([
      "message_start",
      "content_block_start",
      "content_block_delta",
      "content_block_delta",
      "content_block_stop",
      "message_delta",
      "message_stop",
    ]);
  });

  it("hands out each event before the next one is there", async () => {
    const { promise: seen, resolve: sawText } = Promise.withResolvers<void>();
    upstream.answerWith(async (response) => {
      beginStream(response, MESSAGE_START, BLOCK_START, delta("Hi "));
      await seen;
      response.end(STREAM.slice(STREAM.indexOf(delta("there"))));
    });
    const texts: string[] = [];
    for await (const each of await client.messages.create({ ...hello, stream: true })) {
      if (each.type !== "content_block_delta" || each.delta.type !== "text_delta") continue;
      texts.push(each.delta.text);
      sawText();
    }
    expect(texts).toEqual(["Hi ", "there"]);
  });

  it("may hold events and fields that the SDK does not know", async () => {
    answer(MESSAGE_START, event("event_of_tomorrow", { news: 1 }), STREAM.slice(MESSAGE_START.length));
    const message = await client.messages.stream(hello).finalMessage();
    expect(message.content).toMatchObject([{ type: "text", text: "Hi there" }]);
  });

  it("lets go of the upstream when the loop is left", async () => {
    answerForEver();
    for await (const { type } of await client.messages.create({ ...hello, stream: true })) {
      if (type === "content_block_delta") break;
    }
    await upstream.closed[0];
    expect(upstream.received).toHaveLength(1);
  });
});

describe("the streaming helper", () => {
  it("calls back with each piece of text, and with all of it so far", async () => {
    const texts: [string, string][] = [];
    const stream = client.messages.stream(hello).on("text", (text, soFar) => texts.push([text, soFar]));
    expect(await stream.finalText()).toBe("Hi there");
    expect(texts).toEqual([
      ["Hi ", "Hi "],
      ["there", "Hi there"],
    ]);
  });

  it("puts the final message together", async () => {
    expect(await client.messages.stream(hello).finalMessage()).toMatchObject({
      stop_reason: "end_turn",
      content: [{ type: "text", text: "Hi there" }],
      usage: { input_tokens: 100, output_tokens: 25 },
    });
  });

  it("knows the request id", async () => {
    const stream = client.messages.stream(hello);
    await stream.done();
    expect(stream.request_id).toMatch(/^req_[0-9a-f]{32}$/);
  });

  it("ends at once when it is aborted, and the upstream is let go of", async () => {
    answerForEver();
    const stream = client.messages.stream(hello);
    stream.on("text", () => stream.abort());
    expect(await failureOf(stream.finalMessage())).toBeInstanceOf(Anthropic.APIUserAbortError);
    expect(stream.aborted).toBe(true);
    await upstream.closed[0];
    expect(upstream.received).toHaveLength(1);
  });

  it("fails with the error that the upstream put into the stream", async () => {
    const error = { type: "overloaded_error", message: "Overloaded" };
    answer(MESSAGE_START, BLOCK_START, delta("Hi "), event("error", { error }));
    expect(await failureOf(client.messages.stream(hello).finalMessage())).toMatchObject({
      type: "overloaded_error",
      apiMessage: "Overloaded",
      requestID: expect.stringMatching(/^req_/),
    });
  });

  it("fails with an error of the gateway when the upstream breaks off", async () => {
    answer(MESSAGE_START, BLOCK_START, delta("Hi "));
    const error = await failureOf(client.messages.stream(hello).finalMessage());
    expect(error).toBeInstanceOf(Anthropic.APIError);
    expect(error).toMatchObject({ type: "api_error", apiMessage: expect.stringContaining("broke off") });
  });

  it("fails with the class of the status when no stream begins", async () => {
    upstream.answerWith((response) => {
      response.writeHead(429, { "content-type": "application/json" });
      response.end(
        JSON.stringify({ type: "error", error: { type: "rate_limit_error", message: "Slow down" } }),
      );
    });
    const error = await failureOf(client.messages.stream(hello).finalMessage());
    expect(error).toBeInstanceOf(Anthropic.RateLimitError);
  });
});

describe("a message that is not streamed", () => {
  it("ends at once when its signal is aborted, and the upstream is let go of", async () => {
    const { promise: arrived, resolve: arrive } = Promise.withResolvers<void>();
    upstream.answerWith(() => arrive());
    const controller = new AbortController();
    const failure = failureOf(client.messages.create(hello, { signal: controller.signal }));
    await arrived;
    controller.abort();
    expect(await failure).toBeInstanceOf(Anthropic.APIUserAbortError);
    await upstream.closed[0];
  });
});
