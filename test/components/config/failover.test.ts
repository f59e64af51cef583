import { beforeAll, describe, expect, test } from "vitest";
import { faultOf, read } from "../read-config.ts";
import { record } from "../record-stack.ts";

beforeAll(async () => {
  await record(() => undefined);
});

describe("the traffic of regions", () => {
  test("goes to the first region when nothing is stated", () => {
    expect(read().failover).toEqual({ primary: "region-a", routing: "failover", weights: {} });
  });

  test("goes where the configuration says", () => {
    expect(read({ failover: { primary: "region-b" } }).failover.primary).toBe("region-b");
  });

  test("does not go to a region that is not there", () => {
    expect(faultOf({ failover: { primary: "region-c" } })).toEqual({
      path: "failover.primary",
      got: '"region-c"',
      allowed: "one of the regions: region-a, region-b",
      fix: "name one of them, or add the region",
    });
  });

  test.each([
    ["of a region that is not there", { "region-a": 1, "region-b": 1, "region-c": 1 }],
    ["of some regions only", { "region-a": 1 }],
    ["that are all zero", { "region-a": 0, "region-b": 0 }],
    ["that are missing", {}],
  ])("is not split by weights %s", (_, weights) => {
    expect(faultOf({ failover: { routing: "weighted", weights } }).path).toBe("failover.weights");
  });

  test("is split by weights, of which some may be zero", () => {
    const weights = { "region-a": 90, "region-b": 0 };
    expect(read({ failover: { routing: "weighted", weights } }).failover.weights).toEqual(weights);
  });

  test("has no weights where they would mean nothing", () => {
    expect(faultOf({ failover: { weights: { "region-a": 1, "region-b": 1 } } }).path).toBe(
      "failover.weights",
    );
  });
});
