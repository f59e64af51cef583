import { setFlagsFromString } from "node:v8";
import { runInNewContext } from "node:vm";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { createUpstream, type Upstream } from "../../../agent-runtime/src/gateway/upstream.ts";
import { UpstreamKeys } from "../../../agent-runtime/src/gateway/upstream-keys.ts";
import { callUpstream } from "../../../agent-runtime/src/resilience/call-upstream.ts";
import { callTo, SONNET, scriptCalls, settled } from "../resilience/scripted-calls.ts";
import { eventually } from "../running-gateway.ts";
import { respondJson, type ScriptedUpstream, startScriptedUpstream } from "../scripted-upstream.ts";

let server: ScriptedUpstream;
let upstream: Upstream;

beforeEach(async () => {
  server = await startScriptedUpstream();
  const apiKey = new UpstreamKeys(["key-one", "key-two"]);
  upstream = createUpstream({ baseUrl: server.url, apiKey, simulated: false, maxConnections: 4 });
});

afterEach(async () => {
  await upstream.close();
  await server.close();
});

const never = () => undefined;
const post = { method: "POST", path: "/v1/messages", headers: {}, body: Buffer.from("{}") } as const;
const call = (signal: AbortSignal) => ({ ...callTo(SONNET), signal });
const deps = () => ({ ...scriptCalls().deps, upstream });

describe("the upstream", () => {
  it("gets the caller's headers that concern it, its own key and nothing else of the caller", async () => {
    const headers = {
      "anthropic-version": "2023-06-01",
      "anthropic-beta": ["one", "two"],
      "content-type": "application/json",
      "x-api-key": "of-the-caller",
      authorization: "Bearer of-the-caller",
      cookie: "of-the-caller",
      "anthropic-organization-id": "of-the-caller",
      "anthropic-organization": "of-the-caller",
      "anthropic-ratelimit-requests-limit": "9",
      "anthropic-dangerous-direct-browser-access": "true",
      "anthropic-of-tomorrow": "passes",
      traceparent: "of-the-caller",
    };
    const { body } = await upstream.send({ ...post, headers }, new AbortController().signal);
    body.resume();
    const { host, connection, ...received } = server.received[0]?.headers ?? {};
    expect([typeof host, connection]).toEqual(["string", "keep-alive"]);
    expect(received).toEqual({
      "x-api-key": "key-one",
      "accept-encoding": "identity",
      "anthropic-version": "2023-06-01",
      "anthropic-beta": "one, two",
      "anthropic-of-tomorrow": "passes",
      "content-type": "application/json",
      "content-length": "2",
    });
  });

  it("is told of the trace that the call belongs to", async () => {
    const trace = {
      traceparent: "00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01",
      tracestate: "a=b",
    };
    const { body } = await upstream.send({ ...post, trace }, new AbortController().signal);
    body.resume();
    expect(server.received[0]?.headers).toMatchObject(trace);
  });

  it("gets the same body again when the call is tried with the next key", async () => {
    server.answerWith((response, { headers }) =>
      headers["x-api-key"] === "key-one"
        ? respondJson(response, 401, {
            type: "error",
            error: { type: "authentication_error", message: "invalid" },
          })
        : respondJson(response, 200, {}),
    );
    const result = await callUpstream(deps(), call(new AbortController().signal));
    expect(result).toMatchObject({ kind: "answered", report: { attempts: 2 } });
    expect(server.received.map(({ headers, body }) => [headers["x-api-key"], String(body)])).toEqual([
      ["key-one", `{"model":"${SONNET}"}`],
      ["key-two", `{"model":"${SONNET}"}`],
    ]);
    const next = await upstream.send(post, new AbortController().signal);
    next.body.resume();
    expect(server.received[2]?.headers["x-api-key"]).toBe("key-two");
  });

  it.each([true, false])(
    "loses its call within a second when the caller leaves: stream %s",
    async (streams) => {
      const { promise: arrived, resolve: arrive } = Promise.withResolvers<void>();
      server.answerWith(() => {
        arrive();
        never();
      });
      const caller = new AbortController();
      const result = settled(callUpstream(deps(), { ...call(caller.signal), streams }));
      await arrived;
      const leftAtMs = performance.now();
      caller.abort(new Error("the caller left"));
      expect(await result).toMatchObject({ message: "the caller left" });
      expect(((await server.closed[0]) ?? Number.NaN) - leftAtMs).toBeLessThan(1_000);
    },
  );

  it("loses its call when a stream that has begun is left", async () => {
    server.answerWith((response) => {
      response.writeHead(200, { "content-type": "text/event-stream" });
      response.write("event: message_start\ndata: {}\n\n");
    });
    const caller = new AbortController();
    const result = await callUpstream(deps(), { ...call(caller.signal), streams: true });
    expect(result.kind).toBe("answered");
    caller.abort(new Error("the caller left"));
    await server.closed[0];
  });

  it("keeps no request body in memory once an answer has begun", async () => {
    server.answerWith((response) => {
      response.writeHead(200, { "content-type": "text/event-stream" });
      response.write("event: message_start\ndata: {}\n\n");
    });
    const sent: WeakRef<Buffer>[] = [];
    const begin = () => {
      const body = Buffer.from(JSON.stringify({ model: SONNET, system: "x".repeat(100_000) }));
      sent.push(new WeakRef(body));
      const fields = { ...call(new AbortController().signal), streams: true, bodyFor: () => body };
      return callUpstream(deps(), fields);
    };
    const result = await begin();
    await eventually(() => {
      collectGarbage();
      // A boolean only: the error of a failed expectation would itself keep the body in memory.
      expect(sent[0]?.deref() === undefined).toBe(true);
    });
    expect(result.kind).toBe("answered");
  });

  it("loses its call when a stream does not begin in time", async () => {
    server.answerWith(never);
    const slow = callUpstream(
      { ...deps(), firstByteMs: 30 },
      { ...call(new AbortController().signal), streams: true, deadlineAtMs: 0 },
    );
    expect(await settled(slow)).toMatchObject({ code: "first_byte_timeout" });
    await server.closed[0];
  });
});

function collectGarbage(): void {
  setFlagsFromString("--expose-gc");
  runInNewContext("gc")();
}
