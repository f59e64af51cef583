import { describe, expect, it } from "vitest";
import { driftedInputs } from "../../../../local/plugins/kubernetes/drift.ts";

describe("drift of a live object from its inputs", () => {
  it.each([
    [
      "none where the server writes a value in its own way",
      { cpu: "1000m" },
      { cpu: "1" },
      { cpu: "1" },
      { cpu: "1000m" },
    ],
    ["none in a default", { a: 1 }, { a: 1, b: 2 }, { a: 1, b: 2 }, { a: 1 }],
    ["none in somebody else's field", { a: 1 }, { a: 1, theirs: 1 }, { a: 1, theirs: 1 }, { a: 1 }],
    ["a changed value", { a: 1, b: 1 }, { a: 2, b: 1 }, { a: 1, b: 1 }, { a: 2, b: 1 }],
    ["a removed value", { a: 1, b: 1 }, { b: 1 }, { a: 1, b: 1 }, { b: 1 }],
    [
      "a value inside an item",
      [{ n: "x", v: 1 }],
      [{ n: "x", v: 2 }],
      [{ n: "x", v: 1 }],
      [{ n: "x", v: 2 }],
    ],
    ["an added item", ["a"], ["a", "b"], ["a"], ["a", "b"]],
    ["a value of another type", { a: { b: 1 } }, { a: "x" }, { a: { b: 1 } }, { a: "x" }],
    [
      "unknown where the old inputs cannot be applied any more: the live value",
      { a: "1000m" },
      { a: "1" },
      undefined,
      { a: "1" },
    ],
  ])("%s", (_, inputs, live, applied, expected) => {
    expect(driftedInputs(inputs, live, applied)).toEqual(expected);
  });
});
