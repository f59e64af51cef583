import { expect, it } from "vitest";
import { percentOf, wholeNumberOf } from "../../../policies/manifests/int-or-string.ts";

it.each([[0], [7], [-3]])("%j is a whole number", (value) => {
  expect(wholeNumberOf(value)).toBe(value);
});

it.each([["7"], [0.5], [null], [undefined], [true], [Number.NaN], [Number.POSITIVE_INFINITY], [2 ** 53]])(
  "%j is none",
  (value) => {
    expect(wholeNumberOf(value)).toBeNaN();
  },
);

it.each([
  ["0%", 0],
  ["25%", 25],
  ["100%", 100],
  ["999%", 999],
])("%j is a percentage", (value, percent) => {
  expect(percentOf(value)).toBe(percent);
});

it.each([
  ["25"],
  ["%"],
  ["1.5%"],
  ["-1%"],
  ["1000%"],
  ["25%%"],
  [" 25%"],
  [25],
  [["25%"]],
  [null],
  [undefined],
])("%j is none", (value) => {
  expect(percentOf(value)).toBeNaN();
});
