import { describe, expect, it } from "vitest";
import { codedTextsOf, plainTextOf } from "../../../policies/data/coded-text.ts";

const base64 = (text: string): string => Buffer.from(text).toString("base64");

describe("the text of a value", () => {
  it.each(["app:hunter2", "two\nlines\tand more"])("is read behind base64: %j", (text) => {
    expect(plainTextOf(base64(text))).toBe(text);
  });

  it.each([
    ["holds a sign that base64 has not", "YXBwOmh1bn.RlcjI="],
    ["begins with a text and ends with bytes", base64("app:hunter2\u0001\u0002")],
    ["begins with bytes", base64("\u0001\u0002app:hunter2")],
  ])("is none where the value %s", (_, value) => {
    expect(plainTextOf(value)).toBeUndefined();
  });
});

it("base64 in lines is one run, however many blanks stand between them", () => {
  const lines = base64("a text that takes several lines").replace(/(.{8})/g, "$1 \r\n\t");
  expect(Array.from(codedTextsOf(lines), ({ text }) => text)).toContain("a text that takes several lines");
});
