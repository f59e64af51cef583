import { readFile } from "node:fs/promises";
import Anthropic from "@anthropic-ai/sdk";
import { describe, expect, it } from "vitest";
import {
  ERRORS,
  type ErrorCode,
  errorBody,
  GatewayError,
  toGatewayError,
} from "../../agent-runtime/src/errors.ts";

const codes = Object.keys(ERRORS) as ErrorCode[];

describe("the error table", () => {
  it.each(codes)("gives %s a status and type that the official SDK maps to one error class", (code) => {
    const { status, type } = ERRORS[code];
    const body = errorBody(new GatewayError(code), "req_1");
    const error = Anthropic.APIError.generate(status, body, undefined, new Headers());
    expect(error).toMatchObject({ status, type });
    expect(error).not.toBeInstanceOf(Anthropic.APIConnectionError);
  });

  it("lets callers retry their own faults only where time alone mends them", () => {
    const retryable = codes.filter((code) => ERRORS[code].status < 500 && ERRORS[code].retryable);
    expect(retryable).toEqual(["slow_request", "rate_limited", "too_many_at_once", "client_closed"]);
  });

  it.each(["store_unavailable", "issuer_unreachable"] as const)(
    "lets callers retry while what tells who they are is away: %s",
    (code) => expect(ERRORS[code]).toMatchObject({ status: 529, type: "overloaded_error", retryable: true }),
  );

  it("is documented, and the documentation has no other codes", async () => {
    const reference = await readFile(new URL("../../docs/reference/errors.md", import.meta.url), "utf8");
    const section = reference.slice(reference.indexOf("## Errors"), reference.indexOf("## Failure classes"));
    const documented = [...section.matchAll(/^\| `(\w+)` \| (\d+) \|/gm)].map(
      ([, code, status]) => `${code} ${status}`,
    );
    expect(documented).toEqual(codes.map((code) => `${code} ${ERRORS[code].status}`));
  });
});

describe("an error body", () => {
  it("has the shape of the Anthropic API", () => {
    expect(errorBody(new GatewayError("invalid_request", "model: missing"), "req_1")).toEqual({
      type: "error",
      error: { type: "invalid_request_error", message: "The request is not valid. model: missing" },
      request_id: "req_1",
    });
  });

  it("carries no secret that is known by its form, wherever the message got it from", () => {
    const detail = "model: sk-ant-api03-canary, Bearer canary.a.b, redis://user:canary@store:6379";
    const { error } = errorBody(new GatewayError("invalid_request", detail), "req_1");
    expect(error.message).not.toContain("canary");
    expect(error.message).toContain("redis://user:[redacted]@store:6379");
  });

  it("says nothing of a fault that is not of the table", () => {
    const error = toGatewayError(new Error("a secret"));
    expect(error.code).toBe("internal");
    expect(error.message).not.toContain("secret");
  });
});
