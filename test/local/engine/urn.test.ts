import { describe, expect, it } from "vitest";
import { nameInUrn } from "../../../local/engine/urn.ts";

describe("the name in a URN", () => {
  it.each([
    ["urn:pulumi:test::shop::kubernetes:core/v1:Service::front", "front"],
    ["urn:pulumi:test::shop::a:b:C$kubernetes:core/v1:Service::front", "front"],
    ["urn:pulumi:test::shop::kubernetes:core/v1:Service::a::b", "a::b"],
    ["urn:pulumi:test::shop", ""],
  ])("%s is %j", (urn, name) => {
    expect(nameInUrn(urn)).toBe(name);
  });
});
