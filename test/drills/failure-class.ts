import Anthropic from "@anthropic-ai/sdk";

/**
 * A short name by which failures of the SDK are counted: status and type of an error reply (`529 overloaded_error`),
 * type of an `error` event (`event api_error`), code of a failed connection (`connection ECONNRESET`), `timeout`;
 * for anything else the name of the error.
 */
export function classifyFailure(thrown: unknown): string {
  if (thrown instanceof Anthropic.APIConnectionTimeoutError) return "timeout";
  if (thrown instanceof Anthropic.APIConnectionError) return `connection ${codeOf(thrown)}`;
  if (thrown instanceof Anthropic.APIError) {
    return thrown.status === undefined
      ? `event ${thrown.type}`
      : `${thrown.status} ${thrown.type ?? "no type"}`;
  }
  return `connection ${codeOf(thrown)}`;
}

/** `fetch` says only that it failed; what failed is in its cause, or in the first of several. */
function codeOf(thrown: unknown): string {
  if (!(thrown instanceof Error)) return String(thrown);
  if (thrown.cause !== undefined) return codeOf(thrown.cause);
  if (thrown instanceof AggregateError && thrown.errors.length > 0) return codeOf(thrown.errors[0]);
  return "code" in thrown && typeof thrown.code === "string" ? thrown.code : thrown.name;
}
