import Anthropic from "@anthropic-ai/sdk";
import { expect, test } from "vitest";
import { classifyFailure } from "./failure-class.ts";

const body = (type: string) => ({ type: "error", error: { type, message: "no" } });
const withCode = (code: string) => Object.assign(new Error("socket"), { code });
const fetchFailed = (cause: Error) => new TypeError("fetch failed", { cause });

test.each<[string, unknown]>([
  [
    "529 overloaded_error",
    Anthropic.APIError.generate(529, body("overloaded_error"), undefined, new Headers()),
  ],
  ["502 no type", Anthropic.APIError.generate(502, undefined, "Bad Gateway", new Headers())],
  ["event api_error", new Anthropic.APIError(undefined, body("api_error"), undefined, new Headers())],
  ["timeout", new Anthropic.APIConnectionTimeoutError()],
  [
    "connection ECONNREFUSED",
    new Anthropic.APIConnectionError({ cause: fetchFailed(withCode("ECONNREFUSED")) }),
  ],
  [
    "connection ECONNRESET",
    new Anthropic.APIConnectionError({
      cause: fetchFailed(new AggregateError([withCode("ECONNRESET"), withCode("ETIMEDOUT")])),
    }),
  ],
  ["connection UND_ERR_SOCKET", new TypeError("terminated", { cause: withCode("UND_ERR_SOCKET") })],
  ["connection RangeError", new RangeError("no cause, no code")],
  ["connection thrown text", "thrown text"],
])("a failure is counted as %s", (name, thrown) => {
  expect(classifyFailure(thrown)).toBe(name);
});
