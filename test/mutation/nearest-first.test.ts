import { expect, it } from "vitest";
import { distanceOf } from "./nearest-first.ts";

const MUTATED = "/copy/policies/network/verdict.ts";

it.each([
  ["its spec first", "/copy/test/policies/network/verdict.test.ts", 0],
  ["then the specs of its folder", "/copy/test/policies/network/address-range.test.ts", 1],
  ["then all others", "/copy/test/policies/pack/finding.test.ts", 2],
  ["and the examples of all policies last", "/copy/test/policies/examples.test.ts", 3],
])("a mutant is shown to %s", (_, test, distance) => {
  expect(distanceOf(test, MUTATED)).toBe(distance);
});
