import { describe, expect, it } from "vitest";
import { shareInputs } from "../../../policies/pack/shared-inputs.ts";

/** A stand-in of the SDK that gives a new object for every reading. */
function sharing() {
  const readings: { message: object; keepsSecrets: boolean }[] = [];
  const sdk = {
    deserializeProperties: (message: object, keepsSecrets: boolean): object => {
      readings.push({ message, keepsSecrets });
      return { ...message };
    },
  };
  shareInputs(sdk);
  return { sdk, readings };
}

describe("sharing inputs among policies", () => {
  it("reads a message once, and gives everyone the same", () => {
    const { sdk, readings } = sharing();
    const message = { a: 1 };
    const first = sdk.deserializeProperties(message, false);
    expect(first).toEqual({ a: 1 });
    expect(sdk.deserializeProperties(message, false)).toBe(first);
    expect(readings).toEqual([{ message, keepsSecrets: false }]);
  });

  it("takes equal messages for two", () => {
    const { sdk } = sharing();
    expect(sdk.deserializeProperties({ a: 1 }, false)).not.toBe(sdk.deserializeProperties({ a: 1 }, false));
  });

  it("shares nothing with repairs, which write to what they get", () => {
    const { sdk, readings } = sharing();
    const message = { a: 1 };
    const shared = sdk.deserializeProperties(message, false);
    const own = sdk.deserializeProperties(message, true);
    expect(own).not.toBe(shared);
    expect(sdk.deserializeProperties(message, true)).not.toBe(own);
    expect(sdk.deserializeProperties(message, false)).toBe(shared);
    expect(readings.map(({ keepsSecrets }) => keepsSecrets)).toEqual([false, true, true]);
  });
});
