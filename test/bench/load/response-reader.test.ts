import { describe, expect, it } from "vitest";
import { ResponseReader } from "../../../bench/load/response-reader.ts";

/** What a reader has told, with the pieces of each body joined. */
function recorded() {
  const seen: string[] = [];
  let body = "";
  const reader = new ResponseReader({
    onHead: (status) => seen.push(`head ${status}`),
    onBody: (bytes) => {
      body += bytes.toString();
    },
    onEnd: () => {
      seen.push(`body ${body}`, "end");
      body = "";
    },
  });
  return { reader, seen };
}

const CHUNKED =
  "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n5\r\nhello\r\n6;x=y\r\n world\r\n0\r\nt: 1\r\n\r\n";
const SIZED = "HTTP/1.1 429 Too Many Requests\r\ncontent-length: 4\r\n\r\nslow";
const EMPTY = "HTTP/1.1 204 No Content\r\ncontent-length: 0\r\n\r\n";
const BOTH = ["head 200", "body hello world", "end", "head 429", "body slow", "end"];

describe("ResponseReader", () => {
  it("reads a chunked answer and the one behind it from one piece", () => {
    const { reader, seen } = recorded();
    reader.feed(Buffer.from(CHUNKED + SIZED));
    expect(seen).toEqual(BOTH);
  });

  it("reads the same wherever the bytes are cut", () => {
    const bytes = Buffer.from(CHUNKED + SIZED);
    for (let size = 1; size < bytes.length; size += 1) {
      const { reader, seen } = recorded();
      for (let at = 0; at < bytes.length; at += size) reader.feed(bytes.subarray(at, at + size));
      expect(seen).toEqual(BOTH);
    }
  });

  it("does not depend on bytes that are overwritten after they were fed", () => {
    const { reader, seen } = recorded();
    const buffer = Buffer.from(SIZED.slice(0, 20));
    reader.feed(buffer);
    buffer.fill("!");
    reader.feed(Buffer.from(SIZED.slice(20)));
    expect(seen).toEqual(["head 429", "body slow", "end"]);
  });

  it("ends an answer without a body at once", () => {
    const { reader, seen } = recorded();
    reader.feed(Buffer.from(EMPTY));
    expect(seen).toEqual(["head 204", "body ", "end"]);
  });

  it("does not end an answer that is cut off", () => {
    const { reader, seen } = recorded();
    reader.feed(Buffer.from(CHUNKED.slice(0, -2)));
    expect(seen).toEqual(["head 200"]);
  });

  it("refuses an answer whose end cannot be told", () => {
    const { reader } = recorded();
    expect(() => reader.feed(Buffer.from("HTTP/1.1 200 OK\r\n\r\n"))).toThrow("neither length nor chunks");
  });
});
