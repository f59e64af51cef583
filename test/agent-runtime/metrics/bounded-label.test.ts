import { describe, expect, it } from "vitest";
import { createBoundedLabel } from "../../../agent-runtime/src/metrics/bounded-label.ts";

describe("a bounded label", () => {
  it("keeps so many values, and counts what comes later or has another form as `other`", () => {
    const label = createBoundedLabel({ pattern: /^[a-z]+$/, maxValues: 2 });
    expect(["A", "a", "b", "c", "a"].map(label)).toEqual(["other", "a", "b", "other", "a"]);
  });

  it("fault 54: has a place for reserved values whatever callers invent, and they take none of the others", () => {
    const label = createBoundedLabel({
      pattern: /^[a-z]+$/,
      maxValues: 1,
      isReserved: (value) => value.startsWith("own-"),
    });
    expect(["own-a", "a", "b", "own-b", "own-a"].map(label)).toEqual([
      "own-a",
      "a",
      "other",
      "own-b",
      "own-a",
    ]);
  });
});
