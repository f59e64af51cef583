import { describe, expect, test } from "vitest";
import { describeConfig } from "../../../components/config/reference.ts";

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

  test("names keys of list entries as a path", () => {
    expect(of("regions[].role")).toMatchObject({ type: "one of primary, standby", default: "required" });
  });
});
