import { once } from "node:events";
import { get, type IncomingMessage } from "node:http";
import { connect } from "node:net";
import { text } from "node:stream/consumers";
import { gzipSync } from "node:zlib";
import Anthropic from "@anthropic-ai/sdk";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import {
  eventually,
  GATEWAY_KEY,
  hello,
  message,
  type RunningGateway,
  startGateway,
} from "../running-gateway.ts";
import {
  beginStream,
  MESSAGE_START,
  type ScriptedUpstream,
  startScriptedUpstream,
} from "../scripted-upstream.ts";

let upstream: ScriptedUpstream;
let gateway: RunningGateway;

beforeEach(async () => {
  upstream = await startScriptedUpstream();
  gateway = await startGateway(upstream.url, { maxBodyBytes: 4096, maxConcurrentRequests: 2 });
});

afterEach(async () => {
  await gateway.close();
  await upstream.close();
});

const deep = `{"model":"m","messages":${"[".repeat(100_000)}${"]".repeat(100_000)}}`;

describe("fault 41: a malformed body", () => {
  it.each([
    ["nothing", ""],
    ["text", "hello"],
    ["half an object", '{"model":"claude-sonnet-5-5"'],
    ["a NUL in JSON", '{"model":"a\u0000b"}'],
    ["a trailing comma", '{"model":"m",}'],
  ])("of %s is refused with 400 and never sent on", async (_what, body) => {
    const response = await gateway.post(body);
    expect(response.status).toBe(400);
    expect(await response.json()).toMatchObject({ type: "error", error: { type: "invalid_request_error" } });
    expect(upstream.received).toHaveLength(0);
  });

  it.each([
    ["an array", "[]"],
    ["null", "null"],
    ["no model", "{}"],
    ["a model that is no text", '{"model":1}'],
    ["a stream flag that is no flag", '{"model":"m","stream":"yes"}'],
    ["a negative max_tokens", '{"model":"m","max_tokens":-1}'],
    ["a max_tokens beyond 2^53", '{"model":"m","max_tokens":9007199254740993}'],
  ])("of %s is refused with 400 and the field named", async (_what, body) => {
    const response = await gateway.post(body);
    expect(response.status).toBe(400);
    expect(await response.json()).toMatchObject({
      error: { message: expect.stringMatching(/body|model|stream|max_tokens/) },
    });
  });

  it("that is not UTF-8 is refused with 400", async () => {
    const body = Buffer.from(message()).fill(0xff, 60, 61);
    expect((await gateway.post(new Uint8Array(body))).status).toBe(400);
  });

  it("is refused as the SDK's BadRequestError", async () => {
    const error = await gateway.client.messages
      .create({ ...hello, model: "" })
      .catch((thrown: unknown) => thrown);
    expect(error).toBeInstanceOf(Anthropic.BadRequestError);
  });
});

describe("fault 41: an odd but valid body", () => {
  it.each([
    ["__proto__ as a key", '{"model":"m","__proto__":{"stream":true},"constructor":{"prototype":{}}}'],
    ["a lone surrogate", '{"model":"m","messages":[{"role":"user","content":"\\ud800"}]}'],
    ["an escaped NUL", '{"model":"m","messages":[{"role":"user","content":"\\u0000"}]}'],
    ["a number beyond 2^53", '{"model":"m","seed":9007199254740993}'],
  ])("with %s passes as it is", async (_what, body) => {
    expect((await gateway.post(body)).status).toBe(200);
    expect(upstream.received[0]?.body.toString()).toBe(body);
  });

  it("nested 100,000 deep is refused, and the gateway lives on", async () => {
    const roomy = await startGateway(upstream.url);
    expect((await roomy.post(deep)).status).toBe(400);
    expect((await roomy.post(message())).status).toBe(200);
    await roomy.close();
  });
});

describe("a request that is too much", () => {
  it("fault 40: is refused with 413 by its content-length, before its body is read", async () => {
    const error = await gateway.client.messages
      .create({ ...hello, system: "x".repeat(5000) })
      .catch((thrown: unknown) => thrown);
    expect(error).toMatchObject({ status: 413, error: { error: { type: "request_too_large" } } });
    expect(String(error)).toContain("4096 bytes");
  });

  it("fault 40: is refused with 413 when it is chunked without end", async () => {
    const endless = new ReadableStream({
      pull: (controller) => controller.enqueue(new Uint8Array(1024).fill(0x20)),
    });
    const response = await fetch(`${gateway.url}/v1/messages`, {
      method: "POST",
      body: endless,
      duplex: "half",
      headers: { "x-api-key": GATEWAY_KEY, "content-type": "application/json" },
    } as RequestInit);
    expect(response.status).toBe(413);
  });

  it("fault 40: is refused with 415 when it is compressed, so that it cannot unpack to any size", async () => {
    const bomb = new Uint8Array(gzipSync(Buffer.alloc(1_000_000)));
    expect((await gateway.post(bomb, { "content-encoding": "gzip" })).status).toBe(415);
  });

  it("is refused with 415 when it is not JSON", async () => {
    expect((await gateway.post("a=b", { "content-type": "application/x-www-form-urlencoded" })).status).toBe(
      415,
    );
  });

  it("is refused with 529 when too many are served already, and served again afterwards", async () => {
    const { promise: release, resolve } = Promise.withResolvers<void>();
    const { promise: bothArrived, resolve: arrive } = Promise.withResolvers<void>();
    upstream.answerWith(async (response) => {
      if (upstream.received.length === 2) arrive();
      await release;
      response.writeHead(200, { "content-type": "application/json" }).end("{}");
    });
    const served = [gateway.post(message()), gateway.post(message())];
    await bothArrived;
    const refused = await gateway.client.messages.create(hello).catch((thrown: unknown) => thrown);
    expect(refused).toMatchObject({ status: 529, error: { error: { type: "overloaded_error" } } });
    expect((refused as InstanceType<typeof Anthropic.APIError>).headers?.get("retry-after")).toBe("1");
    resolve();
    expect((await Promise.all(served)).map(({ status }) => status)).toEqual([200, 200]);
    await gateway.turns.idle();
    expect((await gateway.post(message())).status).toBe(200);
  });
});

/** Sends bytes as they are and returns all that comes back. */
async function raw(bytes: string): Promise<string> {
  const socket = connect(gateway.port, "127.0.0.1");
  socket.write(bytes);
  return text(socket);
}

const head = (...lines: string[]) =>
  [
    "POST /v1/messages HTTP/1.1",
    "host: gateway",
    `x-api-key: ${GATEWAY_KEY}`,
    "connection: close",
    ...lines,
  ].join("\r\n");

describe("a path that does not exist", () => {
  it.each(["/unknown", "/health", "/v1/models"])(
    "as %s for POST is answered with 404 before any body comes, without a key",
    async (path) => {
      const socket = connect(gateway.port, "127.0.0.1");
      socket.write(
        `POST ${path} HTTP/1.1\r\nhost: gateway\r\ncontent-type: application/json\r\ncontent-length: 4096\r\n\r\n`,
      );
      const [answer] = await once(socket, "data");
      expect(String(answer)).toMatch(/^HTTP\/1\.1 404 /);
      socket.destroy();
    },
  );

  it.each([
    ["is malformed", "/v1/%zz"],
    ["has a longer name than a model may have", `/v1/models/${"x".repeat(257)}`],
  ])("because it %s is answered, logged and counted like any other", async (_why, path) => {
    const response = await fetch(`${gateway.url}${path}`);
    const requestId = response.headers.get("request-id");
    expect(response.status).toBe(404);
    expect(requestId).toMatch(/^req_[0-9a-f]{32}$/);
    expect(response.headers.get("x-claude-agent-region")).toBe("region-t");
    expect(await response.json()).toEqual({
      type: "error",
      error: { type: "not_found_error", message: "There is nothing at this path." },
      request_id: requestId,
    });
    await eventually(async () => {
      expect(await gateway.metricsText()).toContain(
        'http_requests_total{method="GET",route="unmatched",status_code="404"} 1',
      );
    });
    expect(gateway.logLines.join("")).toContain(`"requestId":"${requestId}","method":"GET"`);
  });
});

describe("fault 42: the name of a model that is a path", () => {
  it.each(["%2e%2e", "%2E", "%2e%2e?limit=1"])("is not there: %s", async (name) => {
    const { promise, resolve } = Promise.withResolvers<IncomingMessage>();
    const headers = { "x-api-key": GATEWAY_KEY };
    // `fetch` would resolve the path itself.
    get({ host: "127.0.0.1", port: gateway.port, path: `/v1/models/${name}`, headers }, resolve);
    expect((await promise).statusCode).toBe(404);
    expect(upstream.received).toHaveLength(0);
  });
});

describe("fault 42: HTTP that is not proper", () => {
  it.each([
    [
      "both content-length and transfer-encoding",
      head("content-length: 5", "transfer-encoding: chunked", "", "0\r\n\r\n"),
    ],
    ["two content-lengths", head("content-length: 2", "content-length: 3", "", "{}")],
    ["a line feed in a header", head("x-evil: a\nx-api-key: b\x00", "", "")],
    ["no HTTP at all", "\x16\x03\x01\x02\x00\x01\x00"],
  ])("with %s is refused with 400 in the API's error shape", async (_what, bytes) => {
    const answer = await raw(bytes);
    expect(answer).toMatch(/^HTTP\/1\.1 400 /);
    expect(JSON.parse(answer.slice(answer.indexOf("{")))).toMatchObject({
      error: { type: "invalid_request_error" },
    });
    expect(upstream.received).toHaveLength(0);
  });

  it("with more headers than allowed is refused with 431", async () => {
    expect(await raw(head(`x-big: ${"x".repeat(20_000)}`, "", ""))).toMatch(/^HTTP\/1\.1 431 /);
  });

  it("fault 40: with 1 MB of headers is cut off, and the gateway lives on", async () => {
    // The connection is reset under what the sender still sends, so the answer may get lost on the way.
    await raw(head(`x-big: ${"x".repeat(1_000_000)}`, "", "")).catch(() => "");
    expect((await gateway.post(message())).status).toBe(200);
  });

  it("after a request whose stream is still running ends the connection and writes nothing into the stream", async () => {
    upstream.answerWith((response) => beginStream(response, MESSAGE_START));
    const socket = connect(gateway.port, "127.0.0.1");
    const answer = text(socket);
    const body = message({ stream: true });
    const request = head("content-type: application/json", `content-length: ${body.length}`, "", body);
    socket.write(request.replace("connection: close", "connection: keep-alive"));
    await once(socket, "data");
    socket.write("no HTTP at all\r\n\r\n");
    expect(await answer).toContain("message_start");
    expect((await answer).match(/HTTP\/1\.1 \d+/g)).toEqual(["HTTP/1.1 200"]);
  });

  it.each(["/v1/messages/../../etc/passwd", "/v1//messages", "/%2e%2e/health", "/v1/messages%00"])(
    "asking for %s finds nothing",
    async (path) => {
      const answer = await raw(head("content-length: 0", "", "").replace("/v1/messages", path));
      expect(answer).toMatch(/^HTTP\/1\.1 404 /);
      expect(upstream.received).toHaveLength(0);
    },
  );

  it("cannot put a header into the answer", async () => {
    const response = await gateway.post(message(), {
      "request-id": "req_mine",
      "x-claude-agent-type": "a%0d%0ax: y",
    });
    expect(response.headers.get("request-id")).not.toBe("req_mine");
    expect(response.headers.has("x")).toBe(false);
  });
});
