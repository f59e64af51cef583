import { describe, expect, it } from "vitest";
import { requestHeaders, responseHeaders } from "../../../local/front-door/forwarded-headers.ts";

describe("a request's headers", () => {
  it("pass with their case, order and repetitions", () => {
    const raw = ["X-Api-Key", "k", "anthropic-beta", "a", "anthropic-beta", "b", "Content-Length", "3"];
    expect(requestHeaders(raw, undefined)).toEqual(raw);
  });

  it.each([
    "Connection",
    "Keep-Alive",
    "Proxy-Connection",
    "TE",
    "Trailer",
    "Transfer-Encoding",
    "Upgrade",
    "Host",
    "Expect",
  ])("lose %s at this hop", (name) => {
    expect(requestHeaders([name, "x", "accept", "*/*"], undefined)).toEqual(["accept", "*/*"]);
  });

  it("lose the headers that Connection names", () => {
    const raw = ["Connection", "close, X-Hop", "X-Hop", "1", "X-Kept", "2"];
    expect(requestHeaders(raw, "close, X-Hop")).toEqual(["X-Kept", "2"]);
  });
});

describe("a response's headers", () => {
  it("pass with their repetitions and without those of the hop", () => {
    const headers = {
      connection: "x-hop",
      "x-hop": "1",
      "keep-alive": "timeout=5",
      "set-cookie": ["a", "b"],
      etag: "e",
    };
    expect(responseHeaders(headers)).toEqual({ "set-cookie": ["a", "b"], etag: "e" });
  });
});
