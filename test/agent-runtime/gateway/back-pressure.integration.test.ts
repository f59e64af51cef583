import { connect } from "node:net";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { eventually, GATEWAY_KEY, message, type RunningGateway, startGateway } from "../running-gateway.ts";
import {
  beginStream,
  delta,
  MESSAGE_START,
  type ScriptedUpstream,
  startScriptedUpstream,
} from "../scripted-upstream.ts";

const MIB = 1024 * 1024;
const READERS = 20;
const OFFERED_PER_READER = 20 * MIB;

let upstream: ScriptedUpstream;
let gateway: RunningGateway;
let sent = 0;
/** Called whenever the upstream has filled one more connection and must wait. */
let onBlocked: () => void = () => undefined;

beforeEach(async () => {
  sent = 0;
  upstream = await startScriptedUpstream();
  upstream.answerWith(async (response) => {
    beginStream(response, MESSAGE_START);
    const event = delta("x".repeat(32 * 1024));
    for (let offered = 0; offered < OFFERED_PER_READER; offered += event.length) {
      const hasRoom = response.write(event);
      sent += event.length;
      if (hasRoom) continue;
      const drained = new Promise((resolve) => response.once("drain", resolve));
      const stillBlocked = setTimeout(onBlocked, 1000);
      await drained;
      clearTimeout(stillBlocked);
    }
  });
  gateway = await startGateway(upstream.url);
});

afterEach(async () => {
  await gateway.close();
  await upstream.close();
});

/** A caller that asks for a stream and never reads it. */
function stuckReader({ port }: RunningGateway) {
  const socket = connect({ port, host: "127.0.0.1", onread: undefined });
  socket.pause();
  const body = message({ stream: true });
  socket.write(
    `POST /v1/messages HTTP/1.1\r\nhost: gateway\r\nx-api-key: ${GATEWAY_KEY}\r\n` +
      `content-type: application/json\r\ncontent-length: ${body.length}\r\n\r\n${body}`,
  );
  return socket;
}

describe("fault 39: callers that do not read", () => {
  it("make the upstream wait, so that memory stays flat", async () => {
    const before = process.memoryUsage().rss;
    let blocked = 0;
    const allBlocked = new Promise<void>((resolve) => {
      onBlocked = () => {
        blocked += 1;
        if (blocked === READERS) resolve();
      };
    });
    const sockets = Array.from({ length: READERS }, () => stuckReader(gateway));
    await allBlocked;
    for (const socket of sockets) socket.destroy();
    // What was taken lies mostly in the kernel's socket buffers, some megabytes a connection on loopback.
    expect(sent).toBeLessThan(READERS * OFFERED_PER_READER * 0.75);
    expect(process.memoryUsage().rss - before).toBeLessThan(150 * MIB);
    await gateway.turns.idle();
    expect(gateway.turns.size).toBe(0);
  });

  it("lose their turn when it has taken as long as it may", async () => {
    const strict = await startGateway(upstream.url, { maxTurnSeconds: 1 });
    const socket = stuckReader(strict);
    await eventually(() => expect(strict.turns.size).toBe(1));
    await strict.turns.idle();
    expect(await strict.metricsText()).toContain('error_type="turn_timeout",severity="warning"} 1');
    socket.destroy();
    await strict.close();
  });
});
