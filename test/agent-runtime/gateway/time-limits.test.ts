import { once } from "node:events";
import { type AddressInfo, connect, createServer, type Socket } from "node:net";
import Anthropic from "@anthropic-ai/sdk";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import type { Env } from "../../../agent-runtime/src/env.ts";
import {
  eventually,
  GATEWAY_KEY,
  hello,
  message,
  type RunningGateway,
  startGateway,
} from "../running-gateway.ts";
import {
  BLOCK_START,
  beginStream,
  delta,
  MESSAGE_START,
  type ScriptedUpstream,
  startScriptedUpstream,
} from "../scripted-upstream.ts";

let upstream: ScriptedUpstream;
let gateway: RunningGateway | undefined;

beforeEach(async () => {
  upstream = await startScriptedUpstream();
});

afterEach(async () => {
  await gateway?.close();
  await upstream.close();
});

async function start(limits: Partial<Env>): Promise<RunningGateway> {
  gateway = await startGateway(upstream.url, limits);
  return gateway;
}

const never = () => undefined;
const thenSilent = (response: Parameters<typeof beginStream>[0]) =>
  beginStream(response, MESSAGE_START, BLOCK_START, delta("Hi"));

/** Fails, by the test's own time limit, unless the upstream sees its call end. */
const upstreamCallEnds = () => upstream.closed[0];

describe("a stream whose first byte is late", () => {
  it("is answered with 504 and the upstream call ends", async () => {
    upstream.answerWith(never);
    const { post } = await start({ firstByteTimeoutSeconds: 0.05 });
    const response = await post(message({ stream: true }));
    expect(response.status).toBe(504);
    expect(response.headers.get("x-should-retry")).toBe("true");
    expect(await response.json()).toMatchObject({ error: { type: "timeout_error" } });
    await upstreamCallEnds();
  });
});

describe("an answer that is not streamed", () => {
  it("may take longer than a stream's first byte, because it comes as a whole", async () => {
    upstream.answerWith((response) => {
      setTimeout(() => response.writeHead(200, { "content-type": "application/json" }).end("{}"), 120);
    });
    const { post } = await start({ firstByteTimeoutSeconds: 0.05 });
    expect((await post(message())).status).toBe(200);
  });

  it("that takes longer than a turn may is answered with 504, not to be retried", async () => {
    upstream.answerWith(never);
    const { post } = await start({ maxTurnSeconds: 0.05 });
    const response = await post(message());
    expect(response.status).toBe(504);
    expect(response.headers.get("x-should-retry")).toBe("false");
    await upstreamCallEnds();
  });
});

describe("fault 34: a stream that falls silent", () => {
  it("ends with a timeout error and the upstream call ends", async () => {
    upstream.answerWith(thenSilent);
    const { client } = await start({ idleTimeoutSeconds: 0.05 });
    const error = await client.messages
      .stream(hello)
      .finalMessage()
      .catch((thrown: unknown) => thrown);
    expect(error).toBeInstanceOf(Anthropic.APIError);
    expect(error).toMatchObject({ type: "timeout_error" });
    await upstreamCallEnds();
  });
});

describe("fault 34: a stream that drips", () => {
  it("is cut when the turn has taken as long as it may", async () => {
    upstream.answerWith((response) => {
      beginStream(response, MESSAGE_START, BLOCK_START);
      const drip = setInterval(() => response.write(delta("x")), 20);
      response.once("close", () => clearInterval(drip));
    });
    const { post } = await start({ maxTurnSeconds: 0.3 });
    const text = await (await post(message({ stream: true }))).text();
    expect(text).toContain("longer than this gateway allows");
    await upstreamCallEnds();
  });
});

describe("the caller's own deadline", () => {
  it("cancels the call when it is shorter than a turn may take", async () => {
    upstream.answerWith(never);
    const { post } = await start({});
    const response = await post(message(), { "x-claude-agent-deadline-ms": "50" });
    expect(response.status).toBe(504);
    expect(response.headers.get("x-should-retry")).toBe("false");
    expect(await response.json()).toMatchObject({ error: { message: expect.stringContaining("50 ms") } });
    await upstreamCallEnds();
  });

  it("cannot make a turn longer", async () => {
    upstream.answerWith(never);
    const { post } = await start({ maxTurnSeconds: 0.05 });
    const response = await post(message(), { "x-claude-agent-deadline-ms": "999999" });
    expect(await response.json()).toMatchObject({
      error: { message: expect.stringContaining("this gateway allows") },
    });
  });

  it.each(["0", "-1", "1.5", "soon", "10000000000"])("of %j is refused with 400", async (deadline) => {
    const { post } = await start({});
    const response = await post(message(), { "x-claude-agent-deadline-ms": deadline });
    expect(response.status).toBe(400);
    expect(await response.json()).toMatchObject({
      error: { message: expect.stringContaining("deadline-ms") },
    });
    expect(upstream.received).toHaveLength(0);
  });
});

describe("fault 38: a caller that leaves", () => {
  it.each([
    ["before the answer", never, { stream: false }],
    ["before the stream", never, { stream: true }],
    ["in the middle of the stream", thenSilent, { stream: true }],
  ])("%s ends the upstream call within a second", async (_when, script, fields) => {
    const { promise: arrived, resolve: arrive } = Promise.withResolvers<void>();
    upstream.answerWith((response, request) => {
      script(response);
      arrive();
      return void request;
    });
    const { url } = await start({});
    const caller = new AbortController();
    const request = fetch(`${url}/v1/messages`, {
      method: "POST",
      body: message(fields),
      headers: { "x-api-key": "gateway-key-for-tests", "content-type": "application/json" },
      signal: caller.signal,
    }).then((response) => response.text());
    request.catch(() => undefined);
    await arrived;
    const leftAtMs = performance.now();
    caller.abort();
    expect(((await upstreamCallEnds()) ?? Number.NaN) - leftAtMs).toBeLessThan(1000);
  });

  it("in the middle of its upload is counted as cancelled, not as a failure of the gateway", async () => {
    const { port, turns, logLines } = await start({});
    const caller = connect(port, "127.0.0.1");
    caller.write(
      `POST /v1/messages HTTP/1.1\r\nhost: gateway\r\nx-api-key: ${GATEWAY_KEY}\r\n` +
        'content-type: application/json\r\ncontent-length: 1000\r\n\r\n{"model":',
    );
    await eventually(() => expect(turns.size).toBe(1));
    caller.destroy();
    await turns.idle();
    await new Promise(setImmediate);
    expect(logLines.join("")).toContain('"status":"cancelled"');
    expect(logLines.join("")).not.toContain('"level":"error"');
    expect(upstream.received).toHaveLength(0);
  });

  it("is counted as cancelled, with the tokens used so far", async () => {
    upstream.answerWith(thenSilent);
    const { client, metricsText, turns } = await start({});
    const stream = client.messages.stream(hello);
    for await (const event of stream) {
      if (event.type === "content_block_delta") break;
    }
    await turns.idle();
    const metrics = await metricsText();
    expect(metrics).toContain('requests_total{agent_type="direct",status="cancelled",operation="stream"} 1');
    // 100 input tokens from message_start, and one estimated for the two letters of the delta.
    expect(metrics).toContain('tokens_used_total{agent_type="direct",model="claude-sonnet-5-5"} 101');
    expect(metrics).not.toContain("claude_agent_errors_total{");
  });
});

describe("fault 37: an upstream that accepts a connection but never agrees on TLS", () => {
  it("does not make a caller wait longer than its deadline", async () => {
    const sockets = new Set<Socket>();
    const server = createServer((socket) => void sockets.add(socket)).listen(0, "127.0.0.1");
    await once(server, "listening");
    const { port } = server.address() as AddressInfo;
    const silent = await startGateway(`https://127.0.0.1:${port}`);
    const response = await silent.post(message(), { "x-claude-agent-deadline-ms": "100" });
    expect(response.status).toBe(504);
    await silent.close();
    for (const socket of sockets) socket.destroy();
    server.close();
  });
});
