import { describe, expect, it } from "vitest";
import { retryAfterMs } from "../../../agent-runtime/src/resilience/retry-after.ts";

const NOW_MS = Date.parse("2026-11-25T10:00:00Z");

describe("the wait that an answer asks for", () => {
  it.each([
    ["2", 2_000],
    ["0", 0],
    ["1.5", 1_500],
    ["86400", 86_400_000],
    ["Wed, 25 Nov 2026 10:00:30 GMT", 30_000],
    ["Wednesday, 25-Nov-26 10:00:30 GMT", 30_000],
    ["Wed, 25 Nov 2026 09:00:00 GMT", 0],
  ])("is read out of `retry-after: %s`", (value, expected) => {
    expect(retryAfterMs({ "retry-after": value }, NOW_MS)).toBe(expected);
  });

  it.each([
    "soon",
    "",
    "-1",
    "1e9",
    "Infinity",
    "NaN",
    "0x10",
    "9".repeat(20),
    "Mon, 99 Foo 2026",
    "2026-11-25",
  ])("is not known from `retry-after: %s`", (value) => {
    expect(retryAfterMs({ "retry-after": value }, NOW_MS)).toBeUndefined();
  });

  it("is not known without the header, or with it twice", () => {
    expect(retryAfterMs({}, NOW_MS)).toBeUndefined();
    expect(retryAfterMs({ "retry-after": ["1", "2"] }, NOW_MS)).toBeUndefined();
  });

  it("is the one in milliseconds where both are there", () => {
    expect(retryAfterMs({ "retry-after-ms": "250", "retry-after": "1" }, NOW_MS)).toBe(250);
  });

  it("is the one in seconds where the milliseconds cannot be read", () => {
    expect(retryAfterMs({ "retry-after-ms": "soon", "retry-after": "1" }, NOW_MS)).toBe(1_000);
  });
});
