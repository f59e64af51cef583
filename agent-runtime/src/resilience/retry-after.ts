type Headers = Readonly<Record<string, string | string[] | undefined>>;

const NUMBER = /^\d{1,15}(?:\.\d+)?$/;

/** All three forms of an HTTP date begin with the name of a day. */
const HTTP_DATE = /^(?:Mon|Tue|Wed|Thu|Fri|Sat|Sun)[a-z]*[, ] ?\d|^(?:Mon|Tue|Wed|Thu|Fri|Sat|Sun) [A-Z]/;

/**
 * How long an answer asks to wait, in milliseconds: `retry-after-ms` first, then `retry-after` in seconds or as an HTTP
 * date (0 when it is past). Undefined when neither is there or can be read.
 *
 * @param nowMs wall clock, which an HTTP date is compared with.
 */
export function retryAfterMs(headers: Headers, nowMs: number = Date.now()): number | undefined {
  return readNumber(headers["retry-after-ms"], 1) ?? readRetryAfter(headers["retry-after"], nowMs);
}

function readRetryAfter(value: string | string[] | undefined, nowMs: number): number | undefined {
  const seconds = readNumber(value, 1000);
  if (seconds !== undefined || typeof value !== "string" || !HTTP_DATE.test(value)) return seconds;
  const dateMs = Date.parse(value);
  return Number.isNaN(dateMs) ? undefined : Math.max(0, dateMs - nowMs);
}

function readNumber(value: string | string[] | undefined, unitMs: number): number | undefined {
  return typeof value === "string" && NUMBER.test(value) ? Number(value) * unitMs : undefined;
}
