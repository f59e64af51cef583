import { describe, expect, it } from "vitest";
import { shareInputs } from "../../../policies/pack/shared-inputs.ts";
import { POLICIES } from "../../../policies/policies.ts";
import { judge, type KubernetesObject } from "../judge.ts";
import { overlay } from "../overlay.ts";
import { deployment, POD_SPEC } from "../workloads.ts";

/** A stand-in of the SDK that gives a new object for every reading. */
function sharing() {
  const readings: { message: object; keepsSecrets: boolean }[] = [];
  const sdk = {
    deserializeProperties: (message: object, keepsSecrets: boolean): object => {
      readings.push({ message, keepsSecrets });
      return { ...message };
    },
  };
  const guarded: object[] = [];
  const guard = {
    unknownCheckingProxy: (properties: object): object => {
      guarded.push(properties);
      return { properties };
    },
  };
  shareInputs(sdk, guard);
  return { sdk, readings, guard, guarded };
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

  it("guards the same values once, so that all policies see the same objects", () => {
    const { guard, guarded } = sharing();
    const values = { a: 1 };
    const first = guard.unknownCheckingProxy(values);
    expect(guard.unknownCheckingProxy(values)).toBe(first);
    expect(guard.unknownCheckingProxy({ a: 1 })).not.toBe(first);
    expect(guarded).toEqual([values, { a: 1 }]);
  });
});

/** What a policy may judge, from the examples of all policies. */
const objects = POLICIES.flatMap(({ examples }) => [...examples.pass, ...examples.fail]).flatMap(
  (example) => {
    if ("objects" in example) return example.objects as readonly KubernetesObject[];
    if ("pod" in example) return [deployment(overlay(POD_SPEC, example.pod) as object)];
    return [];
  },
);

describe.each(POLICIES.filter(({ sdk }) => "validateResource" in sdk))("$name", (policy) => {
  it("writes to nothing that it judges, because all policies share it", async () => {
    for (const object of objects) {
      const before = JSON.stringify(object);
      await judge(policy, object).catch(() => undefined);
      expect(JSON.stringify(object)).toBe(before);
    }
  });
});
