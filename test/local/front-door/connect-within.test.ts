import type net from "node:net";
import { errors } from "undici";
import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import { connectWithin } from "../../../local/front-door/connect-within.ts";

const TARGET = { hostname: "10.77.1.1", host: "10.77.1.1:30080", protocol: "http:", port: "30080" };

const socket = { destroy: vi.fn() };
const callback = vi.fn();
let finish: (...result: [null, net.Socket] | [Error, null]) => void;

beforeEach(() => {
  vi.useFakeTimers({ toFake: ["setTimeout", "clearTimeout", "setImmediate"] });
  vi.resetAllMocks();
  connectWithin(500, (_options, done) => {
    finish = done;
  })(TARGET, callback);
});

afterEach(() => {
  vi.useRealTimers();
});

const connected = () => finish(null, socket as unknown as net.Socket);

describe("a connection that has to be made within 500 ms", () => {
  it("is handed over when it is made in time, and nothing follows", () => {
    vi.advanceTimersByTime(499);
    connected();
    expect(vi.getTimerCount()).toBe(0);
    vi.advanceTimersByTime(1_000);
    expect(callback.mock.calls).toEqual([[null, socket]]);
    expect(socket.destroy).not.toHaveBeenCalled();
  });

  it("hands its failure over, and nothing follows", () => {
    const failure = new Error("refused");
    finish(failure, null);
    vi.advanceTimersByTime(1_000);
    expect(callback.mock.calls).toEqual([[failure, null]]);
  });

  it("fails after that time with an error that names the target", () => {
    vi.advanceTimersByTime(499);
    expect(callback).not.toHaveBeenCalled();
    vi.advanceTimersByTime(2);
    expect(callback.mock.calls).toEqual([[expect.any(errors.ConnectTimeoutError), null]]);
    expect(callback.mock.calls[0]?.[0].message).toBe("no connection to 10.77.1.1:30080 within 500 ms");
  });

  it("is closed when it is made too late", () => {
    vi.advanceTimersByTime(501);
    connected();
    expect(callback).toHaveBeenCalledTimes(1);
    expect(socket.destroy).toHaveBeenCalledTimes(1);
  });

  it("is not given up when it was made in time but the process was paused", () => {
    setTimeout(connected, 500);
    vi.advanceTimersByTime(1_000);
    expect(callback.mock.calls).toEqual([[null, socket]]);
  });
});
