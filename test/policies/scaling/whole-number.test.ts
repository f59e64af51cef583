import { expect, it } from "vitest";
import { wholeNumberOf } from "../../../policies/scaling/whole-number.ts";

it.each([[0], [7], [-3]])("%j is a whole number", (value) => {
  expect(wholeNumberOf(value)).toBe(value);
});

it.each([["7"], [0.5], [null], [undefined], [true], [Number.NaN], [Number.POSITIVE_INFINITY], [2 ** 53]])(
  "%j is none",
  (value) => {
    expect(wholeNumberOf(value)).toBeNaN();
  },
);
