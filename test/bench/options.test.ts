import { describe, expect, it } from "vitest";
import { parseNames, resultsFolderOf, selectNamed } from "../../bench/options.ts";

const ALL = [{ name: "direct" }, { name: "bare" }, { name: "ours" }];

describe("parseNames", () => {
  const parse = parseNames(["bare", "ours"]);

  it("reads names that are separated by commas and blanks", () => {
    expect(parse("ours, bare")).toEqual(["ours", "bare"]);
  });

  it("refuses a name that is not known and tells which are", () => {
    expect(() => parse("ours,their")).toThrow('Got "their"; allowed are bare, ours.');
  });

  it("refuses an empty name", () => {
    expect(() => parse("")).toThrow('Got "";');
  });
});

describe("selectNamed", () => {
  it("takes all without a wish", () => {
    expect(selectNamed(ALL, undefined)).toEqual(ALL);
  });

  it("keeps the order of all, and what always takes part", () => {
    expect(selectNamed(ALL, ["ours", "bare"], ["direct"]).map(({ name }) => name)).toEqual([
      "direct",
      "bare",
      "ours",
    ]);
  });
});

describe("resultsFolderOf", () => {
  it("is the committed folder for a whole run, also a quick one", () => {
    expect(resultsFolderOf({ quick: true })).toBe("bench/results");
  });

  it.each([{ only: ["latency"] }, { arms: ["ours"] }])("is none for a part: %o", (options) => {
    expect(resultsFolderOf(options)).toBeUndefined();
  });

  it("is the one that was named, for a part too", () => {
    expect(resultsFolderOf({ only: ["latency"], results: "elsewhere" })).toBe("elsewhere");
  });
});
