import Anthropic from "@anthropic-ai/sdk";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { hello, message, type RunningGateway, startGateway } from "../running-gateway.ts";
import {
  ANSWER,
  BLOCK_START,
  beginStream,
  delta,
  event,
  MESSAGE_START,
  respondJson,
  type ScriptedUpstream,
  STREAM,
  startScriptedUpstream,
} from "../scripted-upstream.ts";

let upstream: ScriptedUpstream;
let gateway: RunningGateway;

beforeEach(async () => {
  upstream = await startScriptedUpstream();
  gateway = await startGateway(upstream.url);
});

afterEach(async () => {
  await gateway.close();
  await upstream.close();
});

/** The error that the SDK raises for what `work` asks. */
async function sdkError(work: Promise<unknown>): Promise<unknown> {
  return work.then(
    () => undefined,
    (error: unknown) => error,
  );
}

const errorBody = (type: string) => ({ type: "error", error: { type, message: "of the upstream" } });

/** The last event of a stream that the gateway ended. */
async function lastEvent(response: Response) {
  const text = await response.text();
  const [name = "", data = ""] = text.trimEnd().split("\n\n").at(-1)?.split("\n").slice(-2) ?? [];
  return { name: name.replace("event: ", ""), data: JSON.parse(data.replace("data: ", "")), text };
}

describe("an error of the upstream", () => {
  it.each([
    [400, "invalid_request_error", Anthropic.BadRequestError],
    [403, "permission_error", Anthropic.PermissionDeniedError],
    [404, "not_found_error", Anthropic.NotFoundError],
    [413, "request_too_large", Anthropic.APIError],
    [429, "rate_limit_error", Anthropic.RateLimitError],
    [500, "api_error", Anthropic.InternalServerError],
    [529, "overloaded_error", Anthropic.InternalServerError],
  ])(
    "with status %i is passed on as it came, so the SDK raises its own class",
    async (status, type, errorClass) => {
      upstream.answerWith((response) => respondJson(response, status, errorBody(type)));
      const error = await sdkError(gateway.client.messages.create(hello));
      expect(error).toBeInstanceOf(errorClass);
      expect(error).toMatchObject({ status, error: errorBody(type) });
    },
  );

  it.each(["0", "86400000", "Wed, 21 Oct 2026 07:28:00 GMT", "soon"])(
    "keeps its `retry-after: %s`",
    async (retryAfter) => {
      const headers = { "retry-after": retryAfter };
      upstream.answerWith((response) => respondJson(response, 429, errorBody("rate_limit_error"), headers));
      expect((await gateway.post(message())).headers.get("retry-after")).toBe(retryAfter);
    },
  );

  it("gets no `retry-after` that the upstream did not send", async () => {
    upstream.answerWith((response) => respondJson(response, 429, errorBody("rate_limit_error")));
    expect((await gateway.post(message())).headers.has("retry-after")).toBe(false);
  });

  it("is sent once: the gateway does not retry", async () => {
    upstream.answerWith((response) => respondJson(response, 529, errorBody("overloaded_error")));
    await gateway.post(message());
    expect(upstream.received).toHaveLength(1);
  });

  it("that answers a request for a stream is passed on as JSON", async () => {
    upstream.answerWith((response) => respondJson(response, 429, errorBody("rate_limit_error")));
    const error = await sdkError(gateway.client.messages.stream(hello).finalMessage());
    expect(error).toBeInstanceOf(Anthropic.RateLimitError);
  });
});

describe("an upstream that", () => {
  it("fault 37: refuses connections is answered with 502 and may be retried", async () => {
    await upstream.close();
    const response = await gateway.post(message());
    expect(response.status).toBe(502);
    expect(response.headers.get("x-should-retry")).toBe("true");
    expect(await response.json()).toMatchObject({ type: "error", error: { type: "api_error" } });
  });

  it("fault 37: has a name that does not resolve is answered with 502", async () => {
    const lost = await startGateway("http://upstream.invalid");
    expect((await lost.post(message())).status).toBe(502);
    await lost.close();
  });

  it("fault 37: speaks no TLS where TLS is asked for is answered with 502", async () => {
    const puzzled = await startGateway(upstream.url.replace("http:", "https:"));
    expect((await puzzled.post(message())).status).toBe(502);
    await puzzled.close();
  });

  it("fault 37: drops the connection before it answers is answered with 502", async () => {
    upstream.answerWith((response) => void response.destroy());
    expect((await gateway.post(message())).status).toBe(502);
  });

  it("breaks off in the middle of a JSON answer is answered with 502, not with half of it", async () => {
    upstream.answerWith((response) => {
      response.writeHead(200, { "content-type": "application/json", "content-length": "1000" });
      response.write('{"id":"msg_1",');
      setImmediate(() => response.destroy());
    });
    const response = await gateway.post(message());
    expect(response.status).toBe(502);
    expect(await response.json()).toMatchObject({
      error: { message: "The upstream API broke off its answer." },
    });
  });

  it("redirects is answered with 502", async () => {
    upstream.answerWith((response) => {
      response.writeHead(302, { location: "http://elsewhere.invalid/" }).end();
    });
    const response = await gateway.post(message());
    expect(response.status).toBe(502);
    expect(response.headers.has("location")).toBe(false);
  });

  it.each([
    ["redirects", 302, { location: "http://elsewhere.invalid/" }],
    ["compresses its answer unasked", 200, { "content-encoding": "gzip" }],
    ["compresses an error", 429, { "content-encoding": "br" }],
  ])("%s is answered with 502 and does not keep its connection busy", async (_what, status, headers) => {
    upstream.answerWith((response) => {
      response.writeHead(status, { "content-type": "application/json", ...headers });
      response.write("the beginning of a body without end");
    });
    expect((await gateway.post(message())).status).toBe(502);
    await upstream.closed[0];
  });

  it("names `identity` as the encoding of its answer is passed on", async () => {
    upstream.answerWith((response) => respondJson(response, 200, ANSWER, { "content-encoding": "identity" }));
    expect(await (await gateway.post(message())).json()).toEqual(ANSWER);
  });

  it("sends more than may be held is answered with 502", async () => {
    upstream.answerWith((response) => {
      response.writeHead(200, { "content-type": "application/json" });
      response.end(Buffer.alloc(17 * 1024 * 1024, 0x20));
    });
    expect((await gateway.post(message())).status).toBe(502);
  });
});

describe("fault 37: a stream that breaks", () => {
  it("after a whole event ends with an explicit error event", async () => {
    upstream.answerWith((response) => {
      beginStream(response, MESSAGE_START, BLOCK_START, delta("Hi"));
      setImmediate(() => response.destroy());
    });
    const { name, data } = await lastEvent(await gateway.post(message({ stream: true })));
    expect(name).toBe("error");
    expect(data).toMatchObject({
      type: "error",
      error: { type: "api_error" },
      request_id: expect.any(String),
    });
  });

  it("in the middle of an event raises a typed error in the SDK, not a parse error", async () => {
    upstream.answerWith((response) => {
      beginStream(response, MESSAGE_START, BLOCK_START, delta("Hi").slice(0, 70));
      setImmediate(() => response.destroy());
    });
    const error = await sdkError(gateway.client.messages.stream(hello).finalMessage());
    expect(error).toBeInstanceOf(Anthropic.APIError);
    expect(error).toMatchObject({ type: "api_error" });
  });

  it("in the middle of an event too long to hold still raises an API error in the SDK", async () => {
    upstream.answerWith((response) => {
      beginStream(response, MESSAGE_START, BLOCK_START, delta("x".repeat(300_000)).slice(0, 200_000));
      setTimeout(() => response.destroy(), 50);
    });
    const error = await sdkError(gateway.client.messages.stream(hello).finalMessage());
    expect(error).toBeInstanceOf(Anthropic.APIError);
    expect(String(error)).toContain("broke off");
  });

  it("by ending early, without its last event, gets the error event too", async () => {
    upstream.answerWith((response) => {
      beginStream(response, MESSAGE_START, BLOCK_START, delta("Hi"));
      response.end();
    });
    expect((await lastEvent(await gateway.post(message({ stream: true })))).name).toBe("error");
  });

  it("only after its last event counts as complete", async () => {
    upstream.answerWith((response) => {
      beginStream(response, STREAM);
      setTimeout(() => response.destroy(), 20);
    });
    expect(await (await gateway.post(message({ stream: true }))).text()).toBe(STREAM);
  });

  it("by the upstream's own error event gets no second one", async () => {
    const overloaded = event("error", { error: { type: "overloaded_error", message: "Overloaded" } });
    upstream.answerWith((response) => {
      beginStream(response, MESSAGE_START, overloaded);
      response.end();
    });
    expect(await (await gateway.post(message({ stream: true }))).text()).toBe(MESSAGE_START + overloaded);
  });

  it("by an overload before or after the first delta raises `overloaded_error` in the SDK", async () => {
    const overloaded = event("error", { error: { type: "overloaded_error", message: "Overloaded" } });
    for (const parts of [[MESSAGE_START], [MESSAGE_START, BLOCK_START, delta("Hi")]]) {
      upstream.answerWith((response) => {
        beginStream(response, ...parts, overloaded);
        response.end();
      });
      const error = await sdkError(gateway.client.messages.stream(hello).finalMessage());
      expect(error).toMatchObject({ type: "overloaded_error" });
    }
  });
});

describe("fault 35: a stream of odd form", () => {
  it("whose last blank line is missing is completed", async () => {
    upstream.answerWith((response) => {
      beginStream(response, STREAM.trimEnd());
      response.end();
    });
    const final = await gateway.client.messages.stream(hello).finalMessage();
    expect(final.stop_reason).toBe("end_turn");
  });

  it.each(["\r\n", "\r"])("with %j as line end passes as it is and counts as complete", async (lineEnd) => {
    const text = STREAM.replaceAll("\n", lineEnd);
    upstream.answerWith((response) => {
      beginStream(response, text);
      response.end();
    });
    expect(await (await gateway.post(message({ stream: true }))).text()).toBe(text);
  });

  it("with unknown events, comments and a flood of pings passes as it is", async () => {
    const flood = `: comment\n\n${event("new_kind", { a: 1 })}${event("ping").repeat(5000)}`;
    const text = MESSAGE_START + flood + STREAM.slice(MESSAGE_START.length);
    upstream.answerWith((response) => {
      beginStream(response, text);
      response.end();
    });
    expect(await (await gateway.post(message({ stream: true }))).text()).toBe(text);
  });

  it("fault 34: with an event of 10 MB passes as it is", async () => {
    const text = MESSAGE_START + BLOCK_START + delta("x".repeat(10_000_000)) + STREAM.slice(-400);
    upstream.answerWith((response) => {
      beginStream(response, text);
      response.end();
    });
    expect(Buffer.byteLength(await (await gateway.post(message({ stream: true }))).text())).toBe(text.length);
  });

  it("fault 36: with a malformed tool-call delta passes as it is: the JSON in it is the caller's to judge", async () => {
    const broken = event("content_block_delta", {
      index: 1,
      delta: { type: "input_json_delta", partial_json: '{"a":' },
    });
    const text = MESSAGE_START + broken + STREAM.slice(MESSAGE_START.length);
    upstream.answerWith((response) => {
      beginStream(response, text);
      response.end();
    });
    expect(await (await gateway.post(message({ stream: true }))).text()).toBe(text);
  });
});
