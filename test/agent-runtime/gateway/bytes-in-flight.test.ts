import { once } from "node:events";
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
/** The share of a tenant is that of one body of the largest size. */
const ROOMY = { maxBodyBytes: 512 * KIB, maxInFlightBytes: 1024 * KIB };
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

/** Sends the head of a request and the beginning of its body. */
function beginPost({ port }: RunningGateway, length: string, body: string) {
  const socket = connect(port, "127.0.0.1");
  socket.on("error", () => undefined);
  socket.write(
    `POST /v1/messages HTTP/1.1\r\nhost: gateway\r\nx-api-key: ${GATEWAY_KEY}\r\n` +
      `content-type: application/json\r\n${length}\r\n\r\n${body}`,
  );
  return socket;
}

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

  it.each(["transfer-encoding: chunked", `content-length: ${512 * KIB}`])(
    "fault 40: are those that came: bodies that are announced with %s and not sent lock nobody out",
    async (length) => {
      const roomy = await startGateway(upstream.url, ROOMY);
      const slow = Array.from({ length: 4 }, () => beginPost(roomy, length, "1"));
      await eventually(() => expect(roomy.turns.size).toBe(slow.length));
      expect((await roomy.post(large())).status).toBe(200);
      for (const socket of slow) socket.destroy();
      await roomy.close();
    },
  );

  it.each(["chunked", "of a known length"])(
    "fault 40: are counted while a body arrives, and one %s is refused in its middle when they are too many",
    async (how) => {
      const chunk = "x".repeat(400 * KIB);
      const [length, part] =
        how === "chunked"
          ? ["transfer-encoding: chunked", `${chunk.length.toString(16)}\r\n${chunk}\r\n`]
          : [`content-length: ${512 * KIB}`, chunk];
      const roomy = await startGateway(upstream.url, ROOMY);
      roomy.turns.begin("another").end();
      const sockets = [beginPost(roomy, length, part), beginPost(roomy, length, part)];
      const answer = await Promise.race(
        sockets.map(async (socket) => String((await once(socket, "data"))[0])),
      );
      expect(answer).toMatch(/^HTTP\/1\.1 529 /);
      expect(answer).toContain(`${512 * KIB} bytes are held at once for one tenant`);
      expect(answer.toLowerCase()).toContain("retry-after: 1\r\n");
      for (const socket of sockets) socket.destroy();
      await roomy.close();
    },
  );

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
