import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import { exceptionRequireNotice } from "../../../policies/exceptions/exception-require-notice.ts";
import { judge, UNKNOWN } from "../judge.ts";

const GOOD = { owner: "payments", reason: "The vendor's image has no such endpoint.", expires: "2027-03-31" };

beforeEach(() => vi.useFakeTimers({ now: new Date("2027-03-31T23:59:00Z"), toFake: ["Date"] }));
afterEach(() => vi.useRealTimers());

const judgeAnnotations = (annotations: object) =>
  judge(exceptionRequireNotice, {
    apiVersion: "v1",
    kind: "Pod",
    metadata: { name: "subject", annotations },
  });

describe("exception-require-notice", () => {
  it("is advice: an exception that holds fails nothing", () => {
    expect(exceptionRequireNotice.sdk.enforcementLevel).toBe("advisory");
  });

  it("tells what is excepted, until when, by whom and why", async () => {
    const annotation = { "policy-exception/container-require-probes": JSON.stringify(GOOD) };
    expect((await judgeAnnotations(annotation)).violations).toEqual([
      expect.stringContaining(
        "it is excepted from container-require-probes until 2027-03-31, by payments: The vendor's image has no such endpoint.",
      ),
    ]);
  });

  it("tells each of several", async () => {
    const text = JSON.stringify(GOOD);
    const annotations = { "policy-exception/pod-limit-a": text, "policy-exception/pod-limit-b": text };
    expect((await judgeAnnotations(annotations)).violations).toHaveLength(2);
  });

  it.each([
    ["past", JSON.stringify({ ...GOOD, expires: "2027-03-30" })],
    ["malformed", "{}"],
    ["not known yet", UNKNOWN],
  ])("leaves one that is %s to exception-require-expiry", async (_, value) => {
    expect(await judgeAnnotations({ "policy-exception/pod-limit-a": value })).toEqual({
      violations: [],
      undecided: undefined,
    });
  });
});
