import { describe, expect, it } from "vitest";
import { findDrills, selectDrills } from "./planned-drills.ts";

const FILES = ["10-half-dead-primary.drill.ts", "run.ts", "02-update.drill.ts", "02-update.test.ts"];

describe("the drills of a folder", () => {
  it("are its drill files in the order of their numbers, others left out", () => {
    expect(findDrills(FILES)).toEqual([
      { number: 2, file: "02-update.drill.ts", topic: "Update" },
      { number: 10, file: "10-half-dead-primary.drill.ts", topic: "Half dead primary" },
    ]);
  });
});

describe("--only", () => {
  const numbers = (only: string) => selectDrills(findDrills(FILES), only).map(({ number }) => number);

  it.each([
    ["2", [2]],
    ["10, 2", [2, 10]],
    ["2,2", [2]],
  ])("%s selects drills, each once", (only, selected) => {
    expect(numbers(only)).toEqual(selected);
  });

  it.each(["3", "2,x", "", "02"])("%j is refused, and the numbers that there are named", (only) => {
    expect(() => numbers(only)).toThrow(/^--only got .*; the drills are 2, 10$/);
  });
});
