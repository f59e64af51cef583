import { describe, expect, it } from "vitest";
import { isConnectFailure, isConnectTimeout, isSilence } from "../../../local/front-door/connect-failure.ts";

const failure = (properties: object): Error => Object.assign(new Error("failed"), properties);
const refused = failure({ code: "ECONNREFUSED", syscall: "connect" });
const reset = failure({ code: "ECONNRESET", syscall: "read" });

describe("a failure to connect", () => {
  it.each([
    ["a refused connection", refused],
    ["an unreachable host", failure({ code: "EHOSTUNREACH", syscall: "connect" })],
    ["an unknown name", failure({ code: "ENOTFOUND", syscall: "getaddrinfo" })],
    ["a connect time-out", failure({ code: "UND_ERR_CONNECT_TIMEOUT" })],
    ["a name whose every address refuses", new AggregateError([refused, refused])],
  ])("is %s", (_, error) => {
    expect(isConnectFailure(error)).toBe(true);
  });

  it.each([
    ["a reset connection", reset],
    ["a broken pipe", failure({ code: "EPIPE", syscall: "write" })],
    ["a time-out of an open connection", failure({ code: "ETIMEDOUT", syscall: "read" })],
    ["a closed socket", failure({ code: "UND_ERR_SOCKET" })],
    ["an abort", new DOMException("aborted", "AbortError")],
    ["failures of which one was later", new AggregateError([refused, reset])],
    ["no failure at all", new AggregateError([])],
    ["something that is no error", "ECONNREFUSED"],
  ])("is not %s", (_, error) => {
    expect(isConnectFailure(error)).toBe(false);
  });
});

describe("a connect that ran out of time", () => {
  it("is told from one that was refused", () => {
    expect(isConnectTimeout(failure({ code: "UND_ERR_CONNECT_TIMEOUT" }))).toBe(true);
    expect(isConnectTimeout(refused)).toBe(false);
  });
});

describe("silence", () => {
  it.each([
    ["a connect time-out", failure({ code: "UND_ERR_CONNECT_TIMEOUT" }), true],
    ["an address that no machine has", failure({ code: "EHOSTUNREACH", syscall: "connect" }), true],
    ["a refused connection", refused, false],
    ["a reset connection", reset, false],
    ["an answer that did not come in time", new DOMException("timed out", "TimeoutError"), false],
  ])("is judged right for %s", (_, error, expected) => {
    expect(isSilence(error)).toBe(expected);
  });
});
