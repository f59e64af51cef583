import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { acceptedBy, matches, uncheckedPaths } from "../../../local/policy/not-checked.ts";

describe("a pattern", () => {
  it.each([
    ["front", "front", true],
    ["front", "fronts", false],
    ["front", "afront", false],
    ["front*", "front-service", true],
    ["front*", "a-front", false],
    ["*-service", "front-service", true],
    ["*-service", "front-service-2", false],
    ["eu-*-service", "eu-front-service", true],
    ["eu-*-service", "eu-service", false],
    ["*a*b*", "xxaxxbxx", true],
    ["*b*a*", "xxaxxbxx", false],
    ["aba*ba", "aba", false],
    ["*aa*aa*", "aaa", false],
    ["*", "", true],
    ["", "", true],
    [".spec.*[0].(name)", ".spec.list[0].(name)", true],
    [".spec", "xspec", false],
    ["a+", "aa", false],
  ])("%s, for %s: %s", (pattern, text, expected) => {
    expect(matches(pattern, text)).toBe(expected);
  });

  it("without stars is the text itself, whatever characters it has", () => {
    fc.assert(
      fc.property(fc.string(), fc.string(), (text, other) => {
        const pattern = text.replaceAll("*", "");
        expect(matches(pattern, pattern)).toBe(true);
        expect(matches(pattern, other)).toBe(pattern === other);
      }),
    );
  });

  it("finds any text again in which parts were replaced by stars", () => {
    fc.assert(
      fc.property(fc.array(fc.string(), { minLength: 1 }), fc.string(), (parts, filling) => {
        expect(matches(parts.join("*"), parts.join(filling))).toBe(true);
      }),
    );
  });

  it("of many stars takes no longer than the text is long", () => {
    const started = performance.now();
    expect(matches("*a".repeat(2_000), `${"a".repeat(200_000)}b`)).toBe(false);
    expect(performance.now() - started).toBeLessThan(1_000);
  });
});

describe("an entry of the configuration", () => {
  const listed = [{ resource: "eu-*", path: ".spec.replicas", reason: "Written by an autoscaler." }];

  it("accepts a value when resource and path match", () => {
    expect(acceptedBy(listed, "eu-front", ".spec.replicas")).toBe(listed[0]);
    expect(acceptedBy(listed, "us-front", ".spec.replicas")).toBeUndefined();
    expect(acceptedBy(listed, "eu-front", ".spec.other")).toBeUndefined();
  });
});

describe("messages of the engine", () => {
  const can = "can't run policy 'x' from policy pack 'p@v1' during preview: ";

  it("name the places of values that are not known", () => {
    const message = `A rule.\n${can}not known before the update: .a, .b; the update judges it before it changes anything`;
    expect(uncheckedPaths(message)).toEqual([".a", ".b"]);
  });

  it("in the SDK's own words count as not checked too, and say why", () => {
    expect(uncheckedPaths(`A rule.\n${can}string value can't be known during preview`)).toEqual([
      "string value can't be known during preview",
    ]);
    expect(uncheckedPaths("can't run remediation 'x' from pack 'p' during preview: unknown")).toEqual([
      "unknown",
    ]);
  });

  it("about a violation are nothing of the kind", () => {
    expect(uncheckedPaths("A rule.\nService a/b: it is too big.")).toBeUndefined();
  });
});
