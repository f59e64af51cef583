import { describe, expect, it } from "vitest";
import { isHarmless, looksGenerated, looksRandom, unquote } from "../../../policies/data/secret-values.ts";

const RANDOM = "q8Zt3LmX7vBn2KsR5wYp";

describe("a value is harmless under any name", () => {
  it.each([
    ["a mask", "*****"],
    ["a name of AWS in a region of its own", "arn:aws-cn:secretsmanager:cn-north-1:123456789012:secret:db"],
    ["a path of Vault", "vault:secret/data/db#password"],
  ])("as %s", (_, value) => {
    expect(isHarmless(value)).toBe(true);
  });

  it("but not with something behind it", () => {
    expect(isHarmless("*****hunter2")).toBe(false);
  });
});

describe("a text looks random", () => {
  it("by sixteen characters, of which eleven are different", () => {
    expect(looksRandom("a1a1b2b2cc3defgh")).toBe(true);
  });

  it.each([
    ["one character less that is different", "a1a1b2b2cc33defg"],
    ["digits and signs, as a number of a telephone", "+49(0)123-456.789/0"],
    ["letters alone", "qwZtuLmXyvBnzKsRaHkP"],
    ["words", "q8Zt3LmX 7vBn2KsR"],
  ])("but not by %s", (_, value) => {
    expect(looksRandom(value)).toBe(false);
  });
});

describe("a text looks generated", () => {
  const AT_THE_BOUND = `${"aB1c2".repeat(4)}dEfGhJkLmNpQ`;
  const LONG_AT_THE_BOUND = "abcdefghabcdefghABCDEFGHIJKLMNO9";

  it.each([
    ["digits and letters that change four times", "qZtLmXvBnKsRwYp8A3bH"],
    ["as few different characters as may be", AT_THE_BOUND],
    ["thirty-two characters, most of them different", LONG_AT_THE_BOUND],
    ["the name of a digest in its middle", `my-sha1-${RANDOM}`],
  ])("by %s", (_, value) => {
    expect(looksGenerated("setting", value)).toBe(true);
  });

  it.each([
    ["digits and letters that change three times", "qZtLmXvBnKsRwYp8AHb3"],
    ["one different character less", AT_THE_BOUND.replace("Q", "a")],
    ["one different character less in a long one", LONG_AT_THE_BOUND.replace("O", "a")],
    ["thirty-one characters", LONG_AT_THE_BOUND.slice(1)],
    ["a few characters, all of them different", "abcdefghijkLMNOPQRSTUVWXY9"],
    ["large and small letters alone, however many", "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ"],
    ["digits that stand apart", "Region-1.Zone-2.Node-3"],
    ["the name of a digest in front", "sha256-n4bQgYhMfWWaL+qgxVrQFaO/TxsrC4Is0V1sFbDwCgg="],
  ])("but not by %s", (_, value) => {
    expect(looksGenerated("setting", value)).toBe(false);
  });
});

it.each([
  ['"a b"', "a b"],
  ["'a'", "a"],
  ['"a" b', '"a" b'],
  ["\"a'", "\"a'"],
])("quotes around the whole of %s are taken off", (value, literal) => {
  expect(unquote(value)).toBe(literal);
});
