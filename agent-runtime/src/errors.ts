/**
 * Every failure the gateway itself can answer with, in one table: code → HTTP status → may the caller retry.
 * `docs/reference/errors.md` is generated from it. Errors of the upstream API are passed on as they came and are not listed here.
 */
import { withoutSecrets } from "./redaction.ts";

/** Error types of the Anthropic API; official SDKs choose their error class by the HTTP status that belongs to each. */
type AnthropicErrorType =
  | "invalid_request_error"
  | "authentication_error"
  | "permission_error"
  | "not_found_error"
  | "request_too_large"
  | "rate_limit_error"
  | "timeout_error"
  | "api_error"
  | "overloaded_error";

/** How much an error should worry the people on call: the caller's fault, an expected disturbance, or a fault of ours. */
export type Severity = "info" | "warning" | "critical";

interface ErrorSpec {
  readonly status: number;
  readonly type: AnthropicErrorType;
  /** Sent as `x-should-retry`, which official SDKs obey. */
  readonly retryable: boolean;
  readonly severity: Severity;
  readonly message: string;
}

const spec = (
  status: number,
  type: AnthropicErrorType,
  retryable: boolean,
  severity: Severity,
  message: string,
): ErrorSpec => ({ status, type, retryable, severity, message });

export const ERRORS = {
  invalid_json: spec(
    400,
    "invalid_request_error",
    false,
    "info",
    "The request body is not valid JSON in UTF-8.",
  ),
  invalid_request: spec(400, "invalid_request_error", false, "info", "The request is not valid."),
  malformed_http: spec(400, "invalid_request_error", false, "info", "The request is not valid HTTP/1.1."),
  missing_key: spec(
    401,
    "authentication_error",
    false,
    "info",
    "No API key was sent. Send the gateway's key as `x-api-key` or as `authorization: Bearer`.",
  ),
  invalid_key: spec(401, "authentication_error", false, "info", "The API key is not known to this gateway."),
  key_expired: spec(401, "authentication_error", false, "info", "The API key has expired."),
  key_revoked: spec(401, "authentication_error", false, "info", "The API key was revoked."),
  invalid_token: spec(401, "authentication_error", false, "info", "The bearer token is not valid here."),
  permission_denied: spec(403, "permission_error", false, "info", "The policies do not permit this request."),
  switched_off: spec(403, "permission_error", false, "warning", "An operator has stopped these requests."),
  not_found: spec(404, "not_found_error", false, "info", "There is nothing at this path."),
  slow_request: spec(408, "timeout_error", true, "info", "The request did not arrive completely in time."),
  request_too_large: spec(413, "request_too_large", false, "info", "The request body is too large."),
  json_too_deep: spec(400, "invalid_request_error", false, "info", "The request body is nested too deeply."),
  json_too_complex: spec(
    400,
    "invalid_request_error",
    false,
    "info",
    "The request body has too many values.",
  ),
  duplicate_field: spec(400, "invalid_request_error", false, "info", "The request body names a field twice."),
  max_tokens_too_large: spec(
    400,
    "invalid_request_error",
    false,
    "info",
    "`max_tokens` is more than the model can give.",
  ),
  prompt_too_long: spec(
    400,
    "invalid_request_error",
    false,
    "info",
    "The prompt is longer than the model's context window.",
  ),
  cost_without_bound: spec(
    400,
    "invalid_request_error",
    false,
    "info",
    "A budget applies, and the cost of this request has no bound.",
  ),
  unsupported_media_type: spec(
    415,
    "invalid_request_error",
    false,
    "info",
    "The body must be sent as `content-type: application/json`, without `content-encoding`.",
  ),
  headers_too_large: spec(431, "invalid_request_error", false, "info", "The request headers are too large."),
  rate_limited: spec(429, "rate_limit_error", true, "info", "A rate limit of this gateway is reached."),
  too_many_at_once: spec(
    429,
    "rate_limit_error",
    true,
    "info",
    "The caller has as many requests under way as it may.",
  ),
  budget_exceeded: spec(
    429,
    "rate_limit_error",
    false,
    "warning",
    "What this request may cost does not fit into a budget.",
  ),
  client_closed: spec(
    499,
    "api_error",
    true,
    "info",
    "The caller closed the connection before the answer was complete.",
  ),
  internal: spec(500, "api_error", true, "critical", "The gateway failed."),
  upstream_unreachable: spec(502, "api_error", true, "critical", "The upstream API cannot be reached."),
  upstream_broken: spec(502, "api_error", true, "critical", "The upstream API broke off its answer."),
  upstream_unusable: spec(
    502,
    "api_error",
    true,
    "critical",
    "The upstream API gave an answer that cannot be passed on.",
  ),
  upstream_key_refused: spec(
    502,
    "api_error",
    false,
    "critical",
    "The upstream API refused the gateway's own key.",
  ),
  first_byte_timeout: spec(
    504,
    "timeout_error",
    true,
    "critical",
    "The upstream API did not begin to answer in time.",
  ),
  idle_timeout: spec(
    504,
    "timeout_error",
    true,
    "critical",
    "The upstream API fell silent in the middle of its answer.",
  ),
  turn_timeout: spec(
    504,
    "timeout_error",
    false,
    "warning",
    "The turn took longer than this gateway allows.",
  ),
  deadline_exceeded: spec(
    504,
    "timeout_error",
    false,
    "info",
    "The turn took longer than the caller's own deadline.",
  ),
  too_many_requests_at_once: spec(
    529,
    "overloaded_error",
    true,
    "warning",
    "This gateway is serving as many requests as it may at once.",
  ),
  too_many_bytes_at_once: spec(
    529,
    "overloaded_error",
    true,
    "warning",
    "This gateway is holding as many bytes of requests and answers as it may at once.",
  ),
  circuit_open: spec(
    529,
    "overloaded_error",
    true,
    "warning",
    "The upstream API has failed repeatedly; calls are held back for a while.",
  ),
  store_unavailable: spec(
    529,
    "overloaded_error",
    true,
    "critical",
    "The store of keys, limits and budgets cannot be reached, and this is refused without it.",
  ),
  issuer_unreachable: spec(
    529,
    "overloaded_error",
    true,
    "critical",
    "The token cannot be checked: the keys of its issuer cannot be fetched.",
  ),
  overloaded: spec(529, "overloaded_error", true, "warning", "This gateway is overloaded."),
  shutting_down: spec(529, "overloaded_error", true, "warning", "This gateway is shutting down."),
} as const satisfies Record<string, ErrorSpec>;

/** Stable name of a failure: the `code` in logs and the `error_type` label of `claude_agent_errors_total`. */
export type ErrorCode = keyof typeof ERRORS;

/** A failure with a code of the table. Its message is sent to the caller, so it must never hold a secret or a prompt. */
export class GatewayError extends Error {
  readonly code: ErrorCode;
  /** Headers of the answer besides the usual ones. */
  readonly headers: Readonly<Record<string, string>>;

  /** @param detail appended to the table's message: the value got, what is allowed, how to fix it. */
  constructor(code: ErrorCode, detail?: string, options: GatewayErrorOptions = {}) {
    super(detail === undefined ? ERRORS[code].message : `${ERRORS[code].message} ${detail}`, options);
    this.name = "GatewayError";
    this.code = code;
    this.headers = options.headers ?? {};
  }
}

interface GatewayErrorOptions extends ErrorOptions {
  readonly headers?: Readonly<Record<string, string>>;
}

/** Body of an error answer, and data of an in-stream `error` event, in the shape of the Anthropic API. */
export interface ErrorBody {
  type: "error";
  error: { type: AnthropicErrorType; message: string };
  request_id: string;
}

/** Secrets that are known by their form are left out of the message, wherever it got them from. */
export function errorBody(error: GatewayError, requestId: string): ErrorBody {
  return {
    type: "error",
    error: { type: ERRORS[error.code].type, message: withoutSecrets(error.message) },
    request_id: requestId,
  };
}

/** Anything thrown, as an error of the table; what is not ours becomes `internal`, without its message. */
export function toGatewayError(thrown: unknown): GatewayError {
  return thrown instanceof GatewayError ? thrown : new GatewayError("internal", undefined, { cause: thrown });
}
