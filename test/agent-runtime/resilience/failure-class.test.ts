import { describe, expect, it } from "vitest";
import { ERRORS, type ErrorCode, GatewayError } from "../../../agent-runtime/src/errors.ts";
import { classifyAnswer, classifyErrorEvent } from "../../../agent-runtime/src/resilience/classify-answer.ts";
import { classifyError } from "../../../agent-runtime/src/resilience/classify-error.ts";
import { FAILURES, type FailureClass } from "../../../agent-runtime/src/resilience/failure-class.ts";
import { event } from "../scripted-upstream.ts";
import { apiError } from "./scripted-calls.ts";

const body = (...error: Parameters<typeof apiError>) => Buffer.from(JSON.stringify(apiError(...error)));

/** Bodies as the API sends them. */
const ANSWERS: readonly (readonly [FailureClass, number, Buffer])[] = [
  [
    "rate_limit",
    429,
    body("rate_limit_error", "This request would exceed your account's rate limit. Please try again later."),
  ],
  [
    "rate_limit",
    429,
    body(
      "rate_limit_error",
      "Number of request tokens has exceeded your per-minute rate limit (https://docs.anthropic.com/en/api/rate-limits)",
    ),
  ],
  [
    "organisation_spend_cap",
    429,
    body(
      "rate_limit_error",
      "You have reached your API usage limits: your organization has crossed its monthly API usage threshold, set based on your organization's API tier. You will regain access on 2026-12-01 at 00:00 UTC.",
      { error_code: "enforced_spend_limit_reached" },
    ),
  ],
  [
    "organisation_spend_cap",
    429,
    body("rate_limit_error", "This request would exceed your account's monthly spend limit."),
  ],
  [
    "organisation_spend_cap",
    429,
    body("rate_limit_error", "Worded anew", { error_code: "enforced_spend_limit_reached" }),
  ],
  [
    "organisation_spend_cap",
    400,
    body(
      "invalid_request_error",
      "Your credit balance is too low to access the Anthropic API. Please go to Plans & Billing to upgrade or purchase credits.",
    ),
  ],
  [
    "organisation_spend_cap",
    402,
    body("billing_error", "There is an issue with your billing or payment information."),
  ],
  [
    "organisation_spend_cap",
    403,
    body("billing_error", "There is an issue with your billing or payment information."),
  ],
  [
    "self_set_limit",
    400,
    body(
      "invalid_request_error",
      "You have reached your specified API usage limits. You will regain access on 2026-12-01 at 00:00 UTC.",
    ),
  ],
  [
    "self_set_limit",
    400,
    body(
      "invalid_request_error",
      "You have reached your specified workspace API usage limits. You will regain access on 2026-12-01 at 00:00 UTC.",
    ),
  ],
  ["overloaded", 529, body("overloaded_error", "Overloaded")],
  ["overloaded", 529, Buffer.from("<html>overloaded</html>")],
  ["overloaded", 503, body("overloaded_error", "Overloaded")],
  ["server_error", 500, body("api_error", "Internal server error")],
  ["server_error", 502, Buffer.from("<html><h1>502 Bad Gateway</h1>cloudflare</html>")],
  ["server_error", 504, body("timeout_error", "Request timed out")],
  ["connection", 408, Buffer.from("")],
  [
    "invalid_request",
    400,
    body("invalid_request_error", 'messages: roles must alternate between "user" and "assistant"'),
  ],
  [
    "invalid_request",
    400,
    body("invalid_request_error", "prompt is too long: 208310 tokens > 200000 maximum"),
  ],
  ["invalid_request", 409, body("conflict_error", "The resource was modified.")],
  ["invalid_request", 418, Buffer.from("not JSON")],
  ["authentication", 401, body("authentication_error", "invalid x-api-key")],
  ["authentication", 403, body("authentication_error", "This key was revoked.")],
  ["authentication", 400, body("invalid_request_error", "This organization has been disabled.")],
  [
    "permission",
    403,
    body("permission_error", "Your API key does not have permission to use the specified resource."),
  ],
  ["not_found", 404, body("not_found_error", "model: claude-3-opus-20240229")],
  ["too_large", 413, body("request_too_large", "Request exceeds the maximum size")],
  ["refused_by_policy", 400, body("invalid_request_error", "Output blocked by content filtering policy")],
];

const coded = (code: string) => Object.assign(new Error("of the system"), { code });

const THROWN: readonly (readonly [FailureClass, GatewayError])[] = [
  [
    "connect_timeout",
    new GatewayError("upstream_unreachable", undefined, { cause: coded("UND_ERR_CONNECT_TIMEOUT") }),
  ],
  ["connect_timeout", new GatewayError("upstream_unreachable", undefined, { cause: coded("ETIMEDOUT") })],
  ["connection", new GatewayError("upstream_unreachable", undefined, { cause: coded("ECONNREFUSED") })],
  ["connection", new GatewayError("upstream_broken")],
  ["server_error", new GatewayError("upstream_unusable")],
  ["first_byte_timeout", new GatewayError("first_byte_timeout")],
  ["idle_timeout", new GatewayError("idle_timeout")],
  ["total_timeout", new GatewayError("turn_timeout")],
  ["total_timeout", new GatewayError("deadline_exceeded")],
  ["client_gone", new GatewayError("client_closed")],
  ["budget", new GatewayError("budget_exceeded")],
  ["limiter", new GatewayError("rate_limited")],
  ["limiter", new GatewayError("too_many_at_once")],
  ["breaker_open", new GatewayError("circuit_open")],
  ["draining", new GatewayError("shutting_down")],
  ["shedding", new GatewayError("overloaded")],
  ["refused_by_policy", new GatewayError("switched_off")],
  ["authentication", new GatewayError("key_revoked")],
  ["authentication", new GatewayError("upstream_key_refused")],
  ["invalid_request", new GatewayError("json_too_complex")],
  ["too_large", new GatewayError("request_too_large")],
];

const errorEvent = (type: string) => Buffer.from(event("error", { error: { type, message: "Overloaded" } }));

const EVENTS: readonly (readonly [FailureClass, string, number])[] = [
  ["overloaded_in_stream", "overloaded_error", 529],
  ["server_error", "api_error", 500],
  ["server_error", "timeout_error", 504],
  ["rate_limit", "rate_limit_error", 429],
  ["invalid_request", "invalid_request_error", 400],
  ["server_error", "an_error_type_of_tomorrow", 500],
];

describe("an error answer of the API", () => {
  it.each(ANSWERS)("is a failure of class %s: status %i", (failure, status, answer) => {
    expect(classifyAnswer(status, answer)).toBe(failure);
  });
});

describe("an error of the gateway", () => {
  it.each(THROWN)("is a failure of class %s: %s", (failure, error) => {
    expect(classifyError(error)).toBe(failure);
  });

  it("is of no class when it is the gateway's own fault", () => {
    expect(classifyError(new GatewayError("internal"))).toBeUndefined();
  });

  it.each(Object.keys(ERRORS) as ErrorCode[])(
    "with code %s has a class, or is the gateway's own fault",
    (code) => {
      const failure = classifyError(new GatewayError(code));
      expect(failure === undefined ? code : Object.keys(FAILURES)).toEqual(
        failure === undefined ? "internal" : expect.arrayContaining([failure]),
      );
    },
  );
});

describe("an error event that begins a stream", () => {
  it.each(EVENTS)("is a failure of class %s: %s, answered with status %i", (failure, type, status) => {
    const refusal = classifyErrorEvent(errorEvent(type));
    expect(refusal).toMatchObject({ failure, status });
    expect(JSON.parse(String(refusal.body))).toMatchObject({ type: "error", error: { type } });
  });

  it("is understood with data in several lines and CRLF", () => {
    const text =
      'event: error\r\ndata: {"type":"error",\r\ndata: "error":{"type":"overloaded_error"}}\r\n\r\n';
    expect(classifyErrorEvent(Buffer.from(text)).failure).toBe("overloaded_in_stream");
  });
});

describe("the table of failure classes", () => {
  it("has an example above for each of its classes", () => {
    const shown = [...ANSWERS, ...THROWN, ...EVENTS].map(([failure]) => failure);
    expect(new Set(shown)).toEqual(new Set(Object.keys(FAILURES)));
  });

  it("says what is tried again, what trips the breaker and what another model may answer", () => {
    const marks = Object.entries(FAILURES).map(([failure, { retries, trips, fallsBack }]) => {
      const said = [retries && "retries", trips && "trips", fallsBack && "falls back"].filter(Boolean);
      return [failure, said.join(", ") || "ends"];
    });
    expect(Object.fromEntries(marks)).toEqual({
      rate_limit: "retries, falls back",
      organisation_spend_cap: "ends",
      self_set_limit: "ends",
      overloaded: "retries, trips, falls back",
      overloaded_in_stream: "retries, trips, falls back",
      server_error: "retries, trips, falls back",
      connect_timeout: "retries, trips, falls back",
      first_byte_timeout: "trips",
      idle_timeout: "ends",
      total_timeout: "ends",
      connection: "retries, trips, falls back",
      invalid_request: "ends",
      authentication: "ends",
      permission: "ends",
      not_found: "falls back",
      too_large: "ends",
      refused_by_policy: "ends",
      client_gone: "ends",
      budget: "ends",
      limiter: "ends",
      breaker_open: "falls back",
      draining: "ends",
      shedding: "ends",
    });
  });

  it.each(Object.entries(FAILURES))(
    "gives %s an alert when it is critical",
    (_failure, { severity, alert }) => {
      if (severity === "critical") expect(alert).not.toBeNull();
    },
  );
});
