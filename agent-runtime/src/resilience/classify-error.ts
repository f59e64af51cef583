import type { ErrorCode, GatewayError } from "../errors.ts";
import type { FailureClass } from "./failure-class.ts";

/**
 * The failure class of an error of ours. Undefined for `internal`: a fault of the gateway's own says nothing about the
 * upstream, and trying again would repeat it.
 */
export function classifyError({ code, cause }: GatewayError): FailureClass | undefined {
  if (code === "upstream_unreachable" && isConnectTimeout(cause)) return "connect_timeout";
  return classOfCode(code);
}

const isConnectTimeout = (cause: unknown) =>
  cause instanceof Error &&
  "code" in cause &&
  (cause.code === "UND_ERR_CONNECT_TIMEOUT" || cause.code === "ETIMEDOUT");

function classOfCode(code: ErrorCode): FailureClass | undefined {
  switch (code) {
    case "upstream_unreachable":
    case "upstream_broken":
      return "connection";
    case "upstream_unusable":
      return "server_error";
    case "first_byte_timeout":
      return "first_byte_timeout";
    case "idle_timeout":
      return "idle_timeout";
    case "turn_timeout":
    case "deadline_exceeded":
      return "total_timeout";
    case "client_closed":
      return "client_gone";
    case "circuit_open":
      return "breaker_open";
    case "shutting_down":
      return "draining";
    case "overloaded":
    case "too_many_requests_at_once":
    case "too_many_bytes_at_once":
    case "store_unavailable":
    case "issuer_unreachable":
      return "shedding";
    case "budget_exceeded":
    case "cost_without_bound":
      return "budget";
    case "rate_limited":
    case "too_many_at_once":
      return "limiter";
    case "permission_denied":
    case "switched_off":
      return "refused_by_policy";
    case "missing_key":
    case "invalid_key":
    case "key_expired":
    case "key_revoked":
    case "invalid_token":
    case "upstream_key_refused":
      return "authentication";
    case "not_found":
      return "not_found";
    case "request_too_large":
    case "headers_too_large":
      return "too_large";
    case "invalid_json":
    case "invalid_request":
    case "malformed_http":
    case "slow_request":
    case "json_too_deep":
    case "json_too_complex":
    case "duplicate_field":
    case "max_tokens_too_large":
    case "prompt_too_long":
    case "unsupported_media_type":
      return "invalid_request";
    case "internal":
      return undefined;
    default:
      return code satisfies never;
  }
}
