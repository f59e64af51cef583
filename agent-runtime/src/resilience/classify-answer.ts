import { z } from "zod";
import type { FailureClass } from "./failure-class.ts";

/** An error as the Anthropic API writes it, as the body of an answer and as the data of an `error` event. */
const errorSchema = z.object({
  error: z.object({
    type: z.string(),
    message: z.string().catch(""),
    details: z.object({ error_code: z.string() }).nullish().catch(undefined),
  }),
});

type ApiError = z.output<typeof errorSchema>["error"];

const NO_ERROR: ApiError = { type: "", message: "" };

/** The cap of the organisation's tier: a 429 without `retry-after`. See https://platform.claude.com/docs/en/api/rate-limits. */
const SPEND_CAP_CODE = "enforced_spend_limit_reached";
const SPEND_CAP = /reached your API usage limits|monthly spend limit|credit balance is too low/i;
const SELF_SET_LIMIT = /reached your specified (?:workspace )?API usage limits/i;
const DISABLED = /organization has been disabled/i;
const CONTENT_FILTER = /blocked by content filtering policy/i;

/**
 * Tells what an answer that is no success means. Limits of money come with status 400, 402, 403 or 429: only the body
 * tells them from an invalid request or a rate limit.
 */
export function classifyAnswer(status: number, body: Buffer): FailureClass {
  const error = readApiError(body);
  if (status === 529 || error.type === "overloaded_error") return "overloaded";
  if (status < 400 || status >= 500) return "server_error";
  return classifyLimitOfMoney(error) ?? classifyRefusal(status, error);
}

function classifyLimitOfMoney({ type, message, details }: ApiError): FailureClass | undefined {
  if (SELF_SET_LIMIT.test(message)) return "self_set_limit";
  const isCap = type === "billing_error" || details?.error_code === SPEND_CAP_CODE || SPEND_CAP.test(message);
  return isCap ? "organisation_spend_cap" : undefined;
}

function classifyRefusal(status: number, { type, message }: ApiError): FailureClass {
  if (type === "authentication_error" || DISABLED.test(message)) return "authentication";
  if (CONTENT_FILTER.test(message)) return "refused_by_policy";
  switch (status) {
    case 401:
      return "authentication";
    case 402:
      return "organisation_spend_cap";
    case 403:
      return "permission";
    case 404:
      return "not_found";
    case 408:
      return "connection";
    case 413:
      return "too_large";
    case 429:
      return "rate_limit";
    default:
      return "invalid_request";
  }
}

/** An `error` event that came before anything else of a stream, as the answer that it stands for. */
export interface StreamRefusal {
  readonly failure: FailureClass;
  /** The status that belongs to the error's type. */
  readonly status: number;
  /** The event's data: the body that the API would have answered with. */
  readonly body: Buffer;
}

const STATUS_OF_TYPE: Readonly<Record<string, number>> = {
  invalid_request_error: 400,
  authentication_error: 401,
  billing_error: 402,
  permission_error: 403,
  not_found_error: 404,
  request_too_large: 413,
  rate_limit_error: 429,
  timeout_error: 504,
  overloaded_error: 529,
};

const DATA_LINES = /^data: ?(.*)$/gm;

/** Tells what a stream's first event means, if it is an error. */
export function classifyErrorEvent(event: Buffer): StreamRefusal {
  const data = [...event.toString().matchAll(DATA_LINES)].map(([, line = ""]) => line.trimEnd());
  const body = Buffer.from(data.join("\n"));
  const status = STATUS_OF_TYPE[readApiError(body).type] ?? 500;
  const failure = classifyAnswer(status, body);
  return { failure: failure === "overloaded" ? "overloaded_in_stream" : failure, status, body };
}

function readApiError(body: Buffer): ApiError {
  try {
    return errorSchema.safeParse(JSON.parse(body.toString())).data?.error ?? NO_ERROR;
  } catch {
    return NO_ERROR;
  }
}
