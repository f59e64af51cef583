import { describe, expect, it } from "vitest";
import type { Fate } from "../../../agent-runtime/src/resilience/attempt.ts";
import type { FailureClass } from "../../../agent-runtime/src/resilience/failure-class.ts";
import { mayRepeat } from "../../../agent-runtime/src/resilience/may-repeat.ts";

const FATES: readonly (readonly [Fate, FailureClass])[] = [
  ["not_sent", "connection"],
  ["refused", "rate_limit"],
  ["refused", "overloaded"],
  ["refused", "server_error"],
  ["refused", "connection"],
  ["unknown", "connection"],
];

const repeated = (call: Parameters<typeof mayRepeat>[0]) =>
  FATES.filter(([fate, failure]) => mayRepeat(call, { fate, failure })).map((pair) => pair.join(" "));

describe("a request that failed", () => {
  it("may be sent again when it only asks or removes, whatever became of it", () => {
    expect(repeated({ method: "GET" })).toHaveLength(FATES.length);
    expect(repeated({ method: "DELETE", startsWork: true })).toHaveLength(FATES.length);
  });

  it("for a message may be sent again unless the upstream may have been paid for it", () => {
    expect(repeated({ method: "POST" })).toEqual([
      "not_sent connection",
      "refused rate_limit",
      "refused overloaded",
      "refused server_error",
      "refused connection",
    ]);
  });

  it("for a batch may be sent again only when the upstream surely did not take it", () => {
    expect(repeated({ method: "POST", startsWork: true })).toEqual([
      "not_sent connection",
      "refused rate_limit",
      "refused overloaded",
    ]);
  });
});
