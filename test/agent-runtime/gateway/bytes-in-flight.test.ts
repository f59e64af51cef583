import { connect } from "node:net";
import { setFlagsFromString } from "node:v8";
import { runInNewContext } from "node:vm";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import type { Upstream } from "../../../agent-runtime/src/gateway/upstream.ts";
import { eventually, GATEWAY_KEY, message, type RunningGateway, startGateway } from "../running-gateway.ts";
import {
  beginStream,
  MESSAGE_START,
  respondJson,
  type ScriptedUpstream,
  startScriptedUpstream,
} from "../scripted-upstream.ts";

const KIB = 1024;
const LIMITS = { maxBodyBytes: 8 * KIB, maxInFlightBytes: 10 * KIB };

let upstream: ScriptedUpstream;
let gateway: RunningGateway;

beforeEach(async () => {
  upstream = await startScriptedUpstream();
  gateway = await startGateway(upstream.url, LIMITS);
});

afterEach(async () => {
  await gateway.close();
  await upstream.close();
});

const large = (fields: object = {}) => message({ system: "x".repeat(6 * KIB), ...fields });

const upstreamHas = (requests: number) => eventually(() => expect(upstream.received).toHaveLength(requests));

describe("bytes in flight", () => {
  it("of request bodies are bounded: one too many is refused with 529 until the upstream has answered", async () => {
    const { promise: release, resolve } = Promise.withResolvers<void>();
    upstream.answerWith(async (response) => {
      await release;
      beginStream(response, MESSAGE_START);
    });
    const served = gateway.post(large({ stream: true }));
    await upstreamHas(1);
    const refused = await gateway.post(large());
    expect(refused.status).toBe(529);
    expect(refused.headers.get("x-should-retry")).toBe("true");
    expect(await refused.json()).toMatchObject({
      error: { type: "overloaded_error", message: expect.stringContaining("10240 bytes") },
    });
    resolve();
    expect((await served).status).toBe(200);
    upstream.answerWith((response) => respondJson(response, 200, {}));
    expect((await gateway.post(large())).status).toBe(200);
  });

  it("count a body of unknown length as the largest allowed, until it is read", async () => {
    upstream.answerWith((response) => beginStream(response, MESSAGE_START));
    const socket = connect(gateway.port, "127.0.0.1");
    const body = message({ stream: true });
    socket.write(
      `POST /v1/messages HTTP/1.1\r\nhost: gateway\r\nx-api-key: ${GATEWAY_KEY}\r\n` +
        "content-type: application/json\r\ntransfer-encoding: chunked\r\n\r\n",
    );
    await eventually(() => expect(gateway.turns.size).toBe(1));
    expect((await gateway.post(large())).status).toBe(529);
    upstream.answerWith(() => undefined);
    socket.write(`${body.length.toString(16)}\r\n${body}\r\n0\r\n\r\n`);
    await upstreamHas(1);
    void gateway.post(large()).catch(() => undefined);
    await upstreamHas(2);
    socket.destroy();
  });

  it("of answers that are not streamed are bounded too, and given back when they have been sent", async () => {
    const half = "x".repeat(6 * KIB);
    const { promise: release, resolve } = Promise.withResolvers<void>();
    const { promise: halfSent, resolve: onHalfSent } = Promise.withResolvers<void>();
    upstream.answerWith(async (response) => {
      response.writeHead(200, { "content-type": "application/json" });
      response.write(half, () => onHalfSent());
      await release;
      response.end();
    });
    const served = gateway.post(message());
    await halfSent;
    upstream.answerWith((response) => void response.end(half));
    await eventually(async () => expect((await gateway.post(message())).status).toBe(529));
    resolve();
    expect(await (await served).text()).toBe(half);
    await gateway.turns.idle();
    expect((await gateway.post(message())).status).toBe(200);
  });
});

describe("a request body", () => {
  it("is not kept in memory while the upstream sends a stream", async () => {
    const bodies: WeakRef<Buffer>[] = [];
    const remember = (upstream: Upstream): Upstream => ({
      ...upstream,
      send(request, signal) {
        if (request.body !== undefined) bodies.push(new WeakRef(request.body));
        return upstream.send(request, signal);
      },
    });
    const observed = await startGateway(upstream.url, {}, { observe: remember });
    upstream.answerWith((response) => {
      response.writeHead(200, { "content-type": "text/event-stream" });
      response.write(MESSAGE_START);
    });
    const served = observed
      .post(message({ stream: true, system: "x".repeat(100_000) }))
      .catch(() => undefined);
    await upstreamHas(1);
    await eventually(() => {
      collectGarbage();
      // Booleans only: the error of a failed expectation would itself keep the body in memory.
      expect(bodies.map((body) => body.deref() === undefined)).toEqual([true]);
    });
    expect(observed.turns.size).toBe(1);
    await observed.close();
    // Waited for only now: a caller that collects its answer as garbage would end the turn.
    await served;
  });
});

function collectGarbage(): void {
  setFlagsFromString("--expose-gc");
  runInNewContext("gc")();
}
