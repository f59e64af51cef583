import type { Socket } from "node:net";
import { Duplex } from "node:stream";
import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import { replyToParserError } from "../../agent-runtime/src/error-replies.ts";

beforeEach(() => {
  vi.useFakeTimers({ toFake: ["setTimeout", "clearTimeout"] });
});

afterEach(() => {
  vi.useRealTimers();
});

/** A connection whose other side reads everything and never closes. */
function openConnection() {
  const written: string[] = [];
  const socket = new Duplex({
    read: () => undefined,
    write(chunk, _encoding, done) {
      written.push(String(chunk));
      done();
    },
  });
  return { socket: socket as Socket, written };
}

describe("a parser error", () => {
  it("is answered, and the connection is gone a second later even if the caller keeps its side open", () => {
    const { socket, written } = openConnection();
    replyToParserError(Object.assign(new Error(), { code: "ERR_HTTP_REQUEST_TIMEOUT" }), socket);
    expect(written.join("")).toMatch(/^HTTP\/1\.1 408 /);
    vi.advanceTimersByTime(999);
    expect(socket.destroyed).toBe(false);
    vi.advanceTimersByTime(1);
    expect(socket.destroyed).toBe(true);
  });
});
