import { spawn } from "node:child_process";
import { once } from "node:events";
import { join } from "node:path";
import { text } from "node:stream/consumers";
import { afterEach, describe, expect, it } from "vitest";
import { openStream, type SpawnedRuntime, spawnRuntime } from "./spawned-runtime.ts";

const MAIN = join(import.meta.dirname, "../../agent-runtime/src/main.ts");

let runtime: SpawnedRuntime | undefined;

afterEach(async () => {
  await runtime?.stop();
  runtime = undefined;
});

async function start(env: Record<string, string> = {}): Promise<SpawnedRuntime> {
  runtime = await spawnRuntime(MAIN, env);
  return runtime;
}

const readiness = async (url: string) => (await fetch(`${url}/ready`)).status;

/** A hundred at a time: while its event loop is late the runtime refuses what comes. */
async function openFiveHundred(url: string, directive: string) {
  const streams: Awaited<ReturnType<typeof openStream>>[] = [];
  while (streams.length < 500) {
    const opened = Array.from({ length: 100 }, () => openStream(url, directive));
    streams.push(...(await Promise.all(opened)));
  }
  return streams;
}

describe("the runtime, told to terminate", () => {
  it("fault 58: finishes the five hundred streams it serves, says that it is not ready, then exits with 0", async () => {
    const { url, log, exited, signal } = await start({ MAX_CONCURRENT_REQUESTS: "500" });
    const streams = await openFiveHundred(url, "words=100 pause-ms=50");
    signal("SIGTERM");
    await log.line("draining");
    expect(await readiness(url)).toBe(503);
    for (const stream of streams) expect(await stream.rest()).toMatch(/event: message_stop\n.*\n\n$/);
    expect(await exited).toEqual({ code: 0, signal: null });
  });

  it("exits at once when it serves nothing", async () => {
    const { log, exited, signal } = await start();
    signal("SIGTERM");
    expect(await log.line("stopped")).toMatchObject({ exitCode: 0 });
    expect(await exited).toEqual({ code: 0, signal: null });
  });

  it("fault 58: twice ends five hundred open streams with an explicit error each", async () => {
    const { url, log, exited, signal } = await start({ MAX_CONCURRENT_REQUESTS: "500" });
    const streams = await openFiveHundred(url, "stall words=9");
    signal("SIGTERM");
    await log.line("draining");
    signal("SIGTERM");
    const ends = await Promise.all(streams.map((stream) => stream.rest()));
    for (const end of ends)
      expect(end).toMatch(/event: error\ndata: .*"overloaded_error".*shutting down.*\n\n$/);
    expect(await exited).toEqual({ code: 0, signal: null });
  });

  it("cuts a stream with an explicit error when the drain has lasted as long as a turn may", async () => {
    const { url, exited, signal } = await start({ MAX_TURN_SECONDS: "2" });
    const stream = await openStream(url, "stall words=9");
    signal("SIGTERM");
    expect(await stream.rest()).toMatch(/event: error\ndata: /);
    expect(await exited).toEqual({ code: 0, signal: null });
  });

  it("is not kept alive by a caller that left", async () => {
    const { url, exited, signal } = await start();
    const stream = await openStream(url, "stall words=9");
    signal("SIGTERM");
    await stream.leave();
    expect(await exited).toEqual({ code: 0, signal: null });
  });
});

describe("the runtime, while it starts", () => {
  it.each(["SIGTERM", "SIGINT"] as const)("fault 58: ends on %s", async (name) => {
    const child = spawn(process.execPath, [MAIN], { env: {}, stdio: "ignore" });
    await once(child, "spawn");
    child.kill(name);
    const [code, signal] = await once(child, "exit");
    // Before its handlers are there the signal itself ends the process; with a faulty environment it may be quicker.
    expect(signal ?? code).toBeOneOf([name, 0, 78]);
  });

  it("exits with 78 and every fault on standard error when the environment is faulty", async () => {
    const child = spawn(process.execPath, [MAIN], {
      env: { HTTP_PORT: "x" },
      stdio: ["ignore", "ignore", "pipe"],
    });
    const [output, [code]] = await Promise.all([text(child.stderr), once(child, "exit")]);
    expect(code).toBe(78);
    expect(output).toContain("3 fault(s)");
    for (const name of ["HTTP_PORT", "GATEWAY_KEY_SHA256", "ANTHROPIC_API_KEY"])
      expect(output).toContain(name);
  });

  it("exits with 1 and says why when its port is taken", async () => {
    const { url } = await start();
    const child = spawn(process.execPath, [MAIN], {
      env: {
        UPSTREAM: "simulated",
        GATEWAY_KEY_SHA256: "a".repeat(64),
        HOST: "127.0.0.1",
        HTTP_PORT: new URL(url).port,
      },
      stdio: ["ignore", "pipe", "inherit"],
    });
    const [output, [code]] = await Promise.all([text(child.stdout), once(child, "exit")]);
    expect(code).toBe(1);
    expect(output).toContain("EADDRINUSE");
  });
});

describe("the running runtime", () => {
  it("serves its metrics on a port of their own", async () => {
    const { url, metricsUrl } = await start();
    await (await openStream(url, "words=3")).rest();
    const metrics = await (await fetch(`${metricsUrl}/metrics`)).text();
    expect(metrics).toContain(
      'claude_agent_tokens_used_total{agent_type="direct",model="claude-sonnet-5-5"}',
    );
    expect(metrics).toContain("nodejs_eventloop_lag_seconds");
    expect((await fetch(`${url}/metrics`)).status).toBe(404);
  });
});
