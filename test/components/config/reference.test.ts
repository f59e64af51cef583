import { describe, expect, test } from "vitest";
import { allowedIn, describeConfig } from "../../../components/config/reference.ts";

describe("what is allowed", () => {
  test.each([
    [{ type: "number" }, "a number"],
    [{ type: "integer", minimum: 1 }, "a whole number at least 1"],
    [{ type: "number", maximum: 5 }, "a number at most 5"],
    [{ type: "number", exclusiveMinimum: 0 }, "a number above 0"],
    [{ type: "number", exclusiveMinimum: 0, maximum: 1 }, "a number above 0, at most 1"],
    [{ type: "integer", exclusiveMinimum: 0, maximum: 9 }, "a whole number from 1 to 9"],
    [{ type: "string", format: "uri" }, "a URL"],
    [{ type: "string", minLength: 1 }, "text that is not empty"],
  ])("by %j is said without bounds that are not there", (node, words) => {
    expect(allowedIn(node)).toBe(words);
  });
});

describe("the configuration reference", () => {
  const keys = describeConfig();
  const of = (key: string) => keys.find((entry) => entry.key === key);

  test("has every key once", () => {
    const names = keys.map((entry) => entry.key);
    expect(new Set(names).size).toBe(names.length);
    expect(names).toContain("valkey.sentinel.limits.memory");
  });

  test("describes every key", () => {
    expect(
      keys.filter((entry) => entry.description === "" || entry.type === "").map((entry) => entry.key),
    ).toEqual([]);
  });

  test("gives bounds and defaults", () => {
    expect(of("coordinator.minReplicas")).toEqual({
      key: "coordinator.minReplicas",
      type: "a whole number from 2 to 100",
      default: "3",
      description: "Fewest pods",
    });
  });

  test("says which keys are required", () => {
    const required = keys.filter((entry) => entry.default === "required" && !/[.[]/.test(entry.key));
    expect(required.map((entry) => entry.key)).toEqual(["environment", "image", "regions", "upstream"]);
  });

  test("names keys of list entries as a path", () => {});

  test("names keys of entries that the user names", () => {
    expect(of("gateway.limits.tenants.<name>.requestsPerMinute")).toEqual({
      key: "gateway.limits.tenants.<name>.requestsPerMinute",
      type: "a whole number from 1 to 1000000000",
      default: "",
      description: "Requests a minute; refills smoothly",
    });
  });

  test("says what stands under a name, and what the name may be", () => {
    expect(of("gateway.fallbacks")?.type).toBe(
      "entries by name (the id of a model), each: a list of 1 to 5 entries",
    );
    expect(of("gateway.budgets.tenants")?.type).toMatch(
      /^entries by name \(1 to 63 .*\), each: keys dayUsd, /,
    );
  });

  test("leaves out what the stack states in another place", () => {
    expect(of("gateway.budgets.withoutBound")).toBeDefined();
    expect(of("gateway.budgets.regionShare")).toBeUndefined();
  });
});
