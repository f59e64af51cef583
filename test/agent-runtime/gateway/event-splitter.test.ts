import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { EventSplitter, MAX_HELD_EVENT_BYTES } from "../../../agent-runtime/src/gateway/event-splitter.ts";

function split(chunks: readonly Buffer[]) {
  const splitter = new EventSplitter();
  const pushed = chunks.map((chunk) => splitter.push(chunk));
  return {
    bytes: Buffer.concat([...pushed.map(({ bytes }) => bytes), splitter.unfinishedEvent]).toString(),
    events: pushed.flatMap(({ events }) => events.map(String)),
  };
}

const lineEnd = fc.constantFrom("\n", "\r\n", "\r");
const line = fc.string({ unit: fc.constantFrom("a", "é", "🚀", ":", " "), maxLength: 6 });
const stream = fc
  .array(fc.tuple(line, lineEnd), { maxLength: 30 })
  .map((lines) => lines.map(([text, end]) => text + end).join(""));

/** Cuts a text into chunks of bytes at arbitrary places. */
const chunked = fc.tuple(stream, fc.array(fc.nat({ max: 200 }), { maxLength: 20 })).map(([text, cuts]) => {
  const bytes = Buffer.from(text);
  const places = [...new Set(cuts.filter((cut) => cut < bytes.length))].sort((one, other) => one - other);
  const chunks = [0, ...places].map((from, index) => bytes.subarray(from, places[index] ?? bytes.length));
  return { text, chunks };
});

describe("the event splitter", () => {
  it("fault 35: changes no byte, however the stream is cut", () => {
    fc.assert(
      fc.property(chunked, ({ text, chunks }) => {
        expect(split(chunks).bytes).toBe(text);
      }),
    );
  });

  it("finds the same events, however the stream is cut", () => {
    const trimmed = (events: string[]) => events.map((text) => text.trim()).filter((text) => text !== "");
    fc.assert(
      fc.property(chunked, ({ text, chunks }) => {
        expect(trimmed(split(chunks).events)).toEqual(trimmed(split([Buffer.from(text)]).events));
      }),
    );
  });

  it.each(["\n", "\r\n", "\r"])("cuts at blank lines only, with %j as line end", (end) => {
    const text = ["event: a", "data: 1", "", "data: 2", "", ""].join(end);
    for (const chunks of [[Buffer.from(text)], [...Buffer.from(text)].map((byte) => Buffer.of(byte))]) {
      const { events } = split(chunks);
      expect(events.map((event) => event.trim())).toEqual([`event: a${end}data: 1`, "data: 2"]);
    }
  });

  it("holds an event back until its blank line", () => {
    const splitter = new EventSplitter();
    expect(splitter.push(Buffer.from("data: a\n")).bytes.toString()).toBe("");
    expect(splitter.push(Buffer.from("\ndata: b")).bytes.toString()).toBe("data: a\n\n");
    expect(splitter.unfinishedEvent.toString()).toBe("data: b");
  });

  it("passes an event that is too long on in pieces and does not report it", () => {
    const long = `data: ${"x".repeat(MAX_HELD_EVENT_BYTES)}`;
    const splitter = new EventSplitter();
    expect(splitter.push(Buffer.from(long)).bytes.toString()).toBe(long);
    expect(splitter.isInsideLongEvent).toBe(true);
    const { bytes, events } = splitter.push(Buffer.from("\n\ndata: b\n\n"));
    expect(bytes.toString()).toBe("\n\ndata: b\n\n");
    expect(events.map(String)).toEqual(["data: b\n\n"]);
    expect(splitter.isInsideLongEvent).toBe(false);
  });
});
