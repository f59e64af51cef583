import { describe, expect, it } from "vitest";
import { parseQuantity } from "../../../policies/manifests/quantity.ts";

describe("a quantity", () => {
  it.each([
    ["1", 1],
    [2, 2],
    [0.5, 0.5],
    ["0", 0],
    ["500m", 0.5],
    ["3u", 3e-6],
    ["3n", 3e-9],
    ["2k", 2e3],
    ["2M", 2e6],
    ["2G", 2e9],
    ["2T", 2e12],
    ["2P", 2e15],
    ["2E", 2e18],
    ["2Ki", 2048],
    ["2Mi", 2 * 2 ** 20],
    ["2Gi", 2 * 2 ** 30],
    ["2Ti", 2 * 2 ** 40],
    ["2Pi", 2 * 2 ** 50],
    ["2Ei", 2 * 2 ** 60],
    ["1e3", 1000],
    ["1E3", 1000],
    ["1e+3", 1000],
    ["5e-1", 0.5],
    [".5", 0.5],
    ["5.", 5],
    ["1.5Gi", 1.5 * 2 ** 30],
    ["+1", 1],
    ["-1", -1],
  ])("%j is a number", (quantity, expected) => {
    expect(parseQuantity(quantity)).toBeCloseTo(expected, 12);
  });

  it.each([
    "",
    " ",
    ".",
    "x",
    "1 Gi",
    "1gi",
    "1GI",
    "1Mib",
    "x1",
    "1e",
    "1e3Mi",
    "1e1000",
    "0x10",
    "1,5",
    "--1",
    Number.NaN,
    Number.POSITIVE_INFINITY,
    null,
    undefined,
    true,
    {},
    // Written as texts these two would be quantities.
    ["1"],
    { toString: () => "1" },
  ])("%j is none", (quantity) => {
    expect(parseQuantity(quantity)).toBeUndefined();
  });
});
