import { EventEmitter } from "node:events";
import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import { ActiveTurns } from "../../agent-runtime/src/gateway/turns.ts";
import { Lifecycle } from "../../agent-runtime/src/lifecycle.ts";
import { createLogger } from "../../agent-runtime/src/log.ts";
import { Shutdown } from "../../agent-runtime/src/shutdown.ts";
import { testEnv } from "./running-gateway.ts";

const DRAIN_MS = 60_000;

function startProcess() {
  const host = Object.assign(new EventEmitter(), { exit: vi.fn() });
  const shutdown = new Shutdown(host);
  const lifecycle = new Lifecycle();
  const turns = new ActiveTurns(testEnv());
  const log = createLogger(testEnv({ logLevel: "silent" }));
  const close = vi.fn(async () => undefined);
  const closeIdleConnections = vi.fn();
  const start = () =>
    shutdown.started({ log, lifecycle, turns, drainMs: DRAIN_MS, close, closeIdleConnections });
  return { host, lifecycle, turns, close, closeIdleConnections, start };
}

beforeEach(() => {
  vi.useFakeTimers();
});

afterEach(() => {
  vi.useRealTimers();
});

/** Lets promises settle that wait for no timer. */
const settle = () => vi.advanceTimersByTimeAsync(0);

describe("SIGTERM", () => {
  it("during the start exits with 0", () => {
    const { host } = startProcess();
    host.emit("SIGTERM");
    expect(host.exit).toHaveBeenCalledExactlyOnceWith(0);
  });

  it("turns readiness off at once and exits with 0 when nothing is served", async () => {
    const { host, lifecycle, close, closeIdleConnections, start } = startProcess();
    start();
    host.emit("SIGTERM");
    expect(lifecycle.phase).toBe("draining");
    expect(closeIdleConnections).toHaveBeenCalledOnce();
    await settle();
    expect(close).toHaveBeenCalledOnce();
    expect(host.exit).toHaveBeenCalledExactlyOnceWith(0);
  });

  it("waits for the turns being served and cuts none", async () => {
    const { host, turns, start } = startProcess();
    start();
    const turn = turns.begin("acme");
    host.emit("SIGTERM");
    await vi.advanceTimersByTimeAsync(DRAIN_MS - 1);
    expect(host.exit).not.toHaveBeenCalled();
    expect(turn.signal.aborted).toBe(false);
    turn.end();
    await settle();
    expect(host.exit).toHaveBeenCalledExactlyOnceWith(0);
  });

  it("still serves a request that was on its way", async () => {
    const { host, turns, start } = startProcess();
    start();
    turns.begin("acme");
    host.emit("SIGTERM");
    await settle();
    expect(() => turns.begin("acme")).not.toThrow();
  });

  it("cuts what is left when the drain has lasted as long as it may", async () => {
    const { host, turns, start } = startProcess();
    start();
    const turn = turns.begin("acme");
    host.emit("SIGTERM");
    await vi.advanceTimersByTimeAsync(DRAIN_MS);
    expect(turn.cancelledBy?.code).toBe("shutting_down");
    turn.end();
    await settle();
    expect(host.exit).toHaveBeenCalledExactlyOnceWith(0);
  });

  it("twice cuts the turns now", async () => {
    const { host, turns, start } = startProcess();
    start();
    const turn = turns.begin("acme");
    host.emit("SIGTERM");
    host.emit("SIGTERM");
    expect(turn.cancelledBy?.code).toBe("shutting_down");
    turn.end();
    await settle();
    expect(host.exit).toHaveBeenCalledExactlyOnceWith(0);
  });
});

describe("SIGINT", () => {
  it("cuts the turns now and refuses new ones", async () => {
    const { host, turns, start } = startProcess();
    start();
    const turn = turns.begin("acme");
    host.emit("SIGINT");
    expect(turn.cancelledBy?.code).toBe("shutting_down");
    expect(() => turns.begin("acme")).toThrow(expect.objectContaining({ code: "shutting_down" }));
  });

  it("does not wait for ever for a turn that does not end, nor for a server that does not close", async () => {
    const { host, turns, close, start } = startProcess();
    start();
    turns.begin("acme");
    close.mockReturnValue(new Promise(() => undefined));
    host.emit("SIGINT");
    await vi.advanceTimersByTimeAsync(4_000);
    expect(host.exit).toHaveBeenCalledExactlyOnceWith(0);
  });
});

describe.each(["uncaughtException", "unhandledRejection"])("fault 58: %s", (kind) => {
  it("cuts the turns and exits with 1", async () => {
    const { host, turns, start } = startProcess();
    start();
    const turn = turns.begin("acme");
    host.emit(kind, new Error("a fault"));
    expect(turn.cancelledBy?.code).toBe("shutting_down");
    turn.end();
    await settle();
    expect(host.exit).toHaveBeenCalledExactlyOnceWith(1);
  });
});
