import { describe, expect, it } from "vitest";
import { parentOf, treeOf } from "../../../bench/processes/process-tree.ts";

describe("treeOf", () => {
  const parents = new Map([
    [30, 20],
    [20, 10],
    [10, 1],
    [40, 1],
  ]);

  it("holds children and their children, in whatever order they are listed", () => {
    expect(treeOf([10], parents).toSorted()).toEqual([10, 20, 30]);
  });

  it("counts a process once that lies below another root", () => {
    expect(treeOf([10, 20], parents).toSorted()).toEqual([10, 20, 30]);
  });

  it("is empty without roots", () => {
    expect(treeOf([], parents)).toEqual([]);
  });
});

describe("parentOf", () => {
  it("is not misled by a name with blanks and parentheses", () => {
    expect(parentOf("42 (a (b) c) S 7 42 42 0")).toBe(7);
  });
});
