import { expect, test } from "vitest";
import { takeRegion } from "../../../local/environment/region-option.ts";

test.each([
  [["breakers", "list"], undefined, ["breakers", "list"]],
  [["--region", "region-b", "breakers", "list"], "region-b", ["breakers", "list"]],
  [["breakers", "--region=region-b", "list", "--json"], "region-b", ["breakers", "list", "--json"]],
  [["status", "--region", "a", "--region", "b"], "b", ["status"]],
  [["status", "--region"], "", ["status"]],
  [["status", "--regional"], undefined, ["status", "--regional"]],
])("of %j the region is %j", (argv, region, args) => {
  expect(takeRegion(argv)).toEqual({ region, args });
});
