import { expect, test } from "vitest";
import { matchesGlob } from "../../../agent-runtime/src/store/matches-glob.ts";

test.each([
  ["abc", "abc", true],
  ["abc", "ab", false],
  ["abc", "*", true],
  ["", "*", true],
  ["abc", "a*", true],
  ["abc", "*c", true],
  ["abc", "a*c", true],
  ["ac", "a*c", true],
  ["abcbd", "a*b*d", true],
  ["ab", "a*ab", false],
  ["aa", "a*a*a", false],
  ["a.c", "a.c", true],
  ["abc", "a.c", false],
  ["a[b]?", "a[b]?", true],
])("%j and the pattern %j: %j", (text, pattern, expected) => {
  expect(matchesGlob(text, pattern)).toBe(expected);
});

test("a pattern of many stars costs no more than its length", () => {
  expect(matchesGlob("a".repeat(10_000), `${"a*".repeat(1000)}b`)).toBe(false);
});
