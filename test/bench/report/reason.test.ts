import { describe, expect, it } from "vitest";
import { reasonOf } from "../../../bench/report/reason.ts";

describe("reasonOf", () => {
  it.each([
    ["no such file: /home/someone/.cache/x/y.json", "no such file: <path>"],
    ["GET https://registry.example.org/pkg failed", "GET <address> failed"],
    ["getaddrinfo ENOTFOUND packages.example.org", "getaddrinfo ENOTFOUND <host>"],
    ["at ~/.cache/a/b, then", "at <path>, then"],
    ["two\n  lines", "two lines"],
    ["answers of text/event-stream", "answers of text/event-stream"],
  ])("makes of %j the line %j", (text, expected) => {
    expect(reasonOf(new Error(text))).toBe(expected);
  });

  it("takes what is no error as it is", () => {
    expect(reasonOf("gone")).toBe("gone");
  });

  it("cuts off what is too long for a table", () => {
    expect(reasonOf("x".repeat(500))).toBe(`${"x".repeat(240)}…`);
  });
});
