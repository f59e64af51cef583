import { EventEmitter } from "node:events";
import type net from "node:net";
import type { buildConnector } from "undici";
import { beforeEach, describe, expect, it, vi } from "vitest";
import { OpenConnections } from "../../../local/front-door/open-connections.ts";

class FakeSocket extends EventEmitter {
  readonly destroy = vi.fn();
}

let connections: OpenConnections;

beforeEach(() => {
  connections = new OpenConnections();
});

const settled = vi.fn();

function connect(host: string, ...result: Parameters<buildConnector.Callback>): void {
  const options = { hostname: host, host: `${host}:30080`, protocol: "http:", port: "30080" };
  connections.remembering((_options, callback) => callback(...result))(options, settled);
}

function openTo(host: string): FakeSocket {
  const socket = new FakeSocket();
  connect(host, null, socket as unknown as net.Socket);
  return socket;
}

describe("connections that are broken off", () => {
  it("are all that are open to this endpoint, for the reason given", () => {
    const sockets = [openTo("10.77.1.1"), openTo("10.77.1.1")];
    connections.breakOff("http://10.77.1.1:30080", "silent");
    for (const { destroy } of sockets) expect(destroy.mock.calls).toEqual([[new Error("silent")]]);
  });

  it("are not those to another endpoint", () => {
    const other = openTo("10.77.1.2");
    connections.breakOff("http://10.77.1.1:30080", "silent");
    expect(other.destroy).not.toHaveBeenCalled();
  });

  it("are not those that were closed before", () => {
    const socket = openTo("10.77.1.1");
    socket.emit("close");
    connections.breakOff("http://10.77.1.1:30080", "silent");
    expect(socket.destroy).not.toHaveBeenCalled();
  });
});

describe("a connection that could not be made", () => {
  it("is passed on as it came, without a second argument", () => {
    const failure = new Error("refused");
    connect("10.77.1.1", ...([failure] as unknown as [Error, null]));
    expect(settled.mock.lastCall).toEqual([failure]);
  });
});
