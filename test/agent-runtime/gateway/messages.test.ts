import { afterEach, beforeEach, describe, expect, it } from "vitest";
import {
  GATEWAY_KEY,
  hello,
  message,
  type RunningGateway,
  startGateway,
  UPSTREAM_KEY,
} from "../running-gateway.ts";
import {
  ANSWER,
  beginStream,
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

describe("a message", () => {
  it("is answered to the official SDK", async () => {
    const answer = await gateway.client.messages.create(hello);
    expect(answer.content).toEqual([{ type: "text", text: "Hi" }]);
  });

  it("reaches the upstream byte for byte, unknown fields and odd spacing included", async () => {
    const body =
      '{ "model":"claude-sonnet-5-5",\n\t"max_tokens" : 64, "new_field":{"a":[1,2.50,1e3]},"messages":[] }';
    await gateway.post(body);
    expect(upstream.received[0]?.body.toString()).toBe(body);
  });

  it("comes back byte for byte", async () => {
    const body =
      '{ "model":"claude-sonnet-5-5", "usage" : {"input_tokens":1,"output_tokens":1.0e0}, "unknown":"\\u00e9" }';
    upstream.answerWith((response) => {
      response.writeHead(200, { "content-type": "application/json" });
      response.end(body);
    });
    expect(await (await gateway.post(message())).text()).toBe(body);
  });

  it("carries the gateway's upstream key and never the caller's", async () => {
    await gateway.post(message(), {
      authorization: `Bearer ${GATEWAY_KEY}`,
      cookie: "a=b",
      "x-forwarded-for": "1.2.3.4",
    });
    const headers = upstream.received[0]?.headers ?? {};
    expect(headers["x-api-key"]).toBe(UPSTREAM_KEY);
    expect(JSON.stringify(headers)).not.toContain(GATEWAY_KEY);
  });

  it("passes only the listed headers on", async () => {
    await gateway.post(message(), {
      "anthropic-version": "2023-06-01",
      "anthropic-beta": "a,b",
      "x-other": "1",
      cookie: "a=b",
    });
    const { host: _host, connection: _connection, ...headers } = upstream.received[0]?.headers ?? {};
    expect(headers).toEqual({
      "anthropic-version": "2023-06-01",
      "anthropic-beta": "a,b",
      "content-type": "application/json",
      "content-length": String(message().length),
      "x-api-key": UPSTREAM_KEY,
      "accept-encoding": "identity",
    });
  });

  it("keeps the query string", async () => {
    await gateway.post(message(), {}, "/v1/messages?beta=true");
    expect(upstream.received[0]?.url).toBe("/v1/messages?beta=true");
  });

  it("is answered with both request ids, the region and the upstream's rate limits", async () => {
    upstream.answerWith((response) =>
      respondJson(response, 200, ANSWER, {
        "anthropic-ratelimit-requests-remaining": "7",
        "anthropic-organization-id": "secret-org",
        "set-cookie": "a=b",
      }),
    );
    const { headers } = await gateway.post(message());
    expect(headers.get("request-id")).toMatch(/^req_[0-9a-f]{32}$/);
    expect(headers.get("x-upstream-request-id")).toBe("req_up_1");
    expect(headers.get("x-claude-agent-region")).toBe("region-t");
    expect(headers.get("anthropic-ratelimit-requests-remaining")).toBe("7");
    expect(headers.get("anthropic-organization-id")).toBeNull();
    expect(headers.get("set-cookie")).toBeNull();
  });

  it("says that Claude is simulated only when it is", async () => {
    expect((await gateway.post(message())).headers.get("x-claude-agent-simulated")).toBe("true");
    const real = await startGateway(upstream.url, {
      upstream: { kind: "anthropic", baseUrl: upstream.url, apiKey: UPSTREAM_KEY },
    });
    expect((await real.post(message())).headers.has("x-claude-agent-simulated")).toBe(false);
    await real.close();
  });
});

describe("a connection", () => {
  it("is kept longer than Traefik keeps it idle, which is 90 s", async () => {
    const { headers } = await gateway.post(message());
    expect(Number(headers.get("keep-alive")?.replace("timeout=", ""))).toBeGreaterThan(90);
  });
});

describe("a stream", () => {
  beforeEach(() => {
    upstream.answerWith((response) => {
      beginStream(response, STREAM);
      response.end();
    });
  });

  it("reaches the official SDK as events and as a final message", async () => {
    const final = await gateway.client.messages.stream(hello).finalMessage();
    expect(final.content).toMatchObject([{ type: "text", text: "Hi there" }]);
    expect(final.usage.output_tokens).toBe(25);
  });

  it("is passed on byte for byte", async () => {
    const response = await gateway.post(message({ stream: true }));
    expect(await response.text()).toBe(STREAM);
  });

  it("survives every cut of its bytes, also inside a character", async () => {
    const text = STREAM.replace("there", "thére 🚀");
    upstream.answerWith(async (response) => {
      beginStream(response);
      for (const byte of Buffer.from(text)) {
        response.write(Buffer.of(byte));
        await new Promise(setImmediate);
      }
      response.end();
    });
    const response = await gateway.post(message({ stream: true }));
    expect(await response.text()).toBe(text);
  });

  it("delivers each event before the next one is there", async () => {
    const { promise: secondHalf, resolve: sendSecondHalf } = Promise.withResolvers<void>();
    const [first, second] = [STREAM.slice(0, STREAM.indexOf("event: content_block_stop")), STREAM];
    upstream.answerWith(async (response) => {
      beginStream(response, first);
      await secondHalf;
      response.end(second.slice(first.length));
    });
    const response = await gateway.post(message({ stream: true }));
    const reader = response.body?.getReader();
    const read = await reader?.read();
    expect(Buffer.from(read?.value ?? []).toString()).toContain("message_start");
    sendSecondHalf();
    await reader?.cancel();
  });
});

describe("the other paths", () => {
  it("count tokens", async () => {
    upstream.answerWith((response) => respondJson(response, 200, { input_tokens: 42 }));
    const { input_tokens: tokens } = await gateway.client.messages.countTokens({
      model: hello.model,
      messages: hello.messages,
    });
    expect(tokens).toBe(42);
    expect(upstream.received[0]?.url).toBe("/v1/messages/count_tokens");
  });

  it("list models with their query", async () => {
    upstream.answerWith((response) => respondJson(response, 200, { data: [], has_more: false }));
    await gateway.client.models.list({ limit: 5 });
    expect(upstream.received[0]?.url).toBe("/v1/models?limit=5");
  });

  it("describe one model, whatever its name holds", async () => {
    upstream.answerWith((response) =>
      respondJson(response, 404, { type: "error", error: { type: "not_found_error" } }),
    );
    await fetch(`${gateway.url}/v1/models/..%2F..%2Fadmin`, { headers: { "x-api-key": GATEWAY_KEY } });
    expect(upstream.received[0]?.url).toBe("/v1/models/..%2F..%2Fadmin");
  });

  it("describe a model by a name as long as a message may hold", async () => {
    const path = `/v1/models/${"x".repeat(256)}`;
    await fetch(`${gateway.url}${path}`, { headers: { "x-api-key": GATEWAY_KEY } });
    expect(upstream.received[0]?.url).toBe(path);
  });

  it("do not exist when unknown", async () => {
    const response = await gateway.post("{}", {}, "/v1/complete");
    expect(response.status).toBe(404);
    expect(await response.json()).toMatchObject({ type: "error", error: { type: "not_found_error" } });
  });
});
