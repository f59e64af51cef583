import { describe, expect, it } from "vitest";
import { refusal } from "../../../policies/pack/refusal.ts";
import { resourceOf, UNKNOWN } from "../judge.ts";

describe("the error of a policy that could not judge (fault 29)", () => {
  it.each([
    ["an error", new TypeError("x is not a function"), "x is not a function"],
    ["what is no error", "stop", "stop"],
    ["an object that is no error", { props: [], toString: (): string => "stop" }, "stop"],
    ["an error with other properties", Object.assign(new Error("stop"), { props: "a" }), "stop"],
  ])("names policy and resource and tells of %s", (_, cause, reason) => {
    const error = refusal("pod-require-test", "urn:x", cause);
    expect(error).toBeInstanceOf(Error);
    expect(error.message).toBe(
      `policy pod-require-test could not judge urn:x and therefore refuses it: ${reason}`,
    );
    expect(error.cause).toBe(cause);
  });

  it("is the SDK's own where the value was only not known yet (fault 25)", () => {
    const { props } = resourceOf({ spec: { names: ["a", UNKNOWN] } });
    let cause: unknown;
    try {
      JSON.stringify(props);
    } catch (error) {
      cause = error;
    }
    const error = refusal("pod-require-test", "urn:x", cause);
    expect(error).toBe(cause);
    expect(error.message).toBe(
      "not known before the update: .spec.names.1; the update judges it before it changes anything",
    );
  });
});
