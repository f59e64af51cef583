import { describe, expect, it } from "vitest";
import { budgetLimitRegionShares } from "../../../policies/claude/budget-limit-region-shares.ts";
import { judgeStack, UNKNOWN } from "../judge.ts";
import { configMap, gatewayRules, inRegion } from "./objects.ts";

const shareOf = (regionShare: unknown) => gatewayRules({ budgets: { regionShare } });
const judgeRegions = (...shares: (readonly unknown[])[]) =>
  judgeStack(
    budgetLimitRegionShares,
    shares.flatMap((region, index) => inRegion(`region-${index}`, ...region.map(shareOf))),
  );

describe("budget-limit-region-shares", () => {
  it.each([
    ["one region with all", [[1]]],
    ["one region that states none, with all", [[undefined]]],
    ["two halves", [[0.5], [0.5]]],
    ["less than the whole", [[0.5], [0.25]]],
    ["ten tenths", Array.from({ length: 10 }, () => [0.1])],
    [
      "two files of each region",
      [
        [0.5, 0.5],
        [0.5, 0.25],
      ],
    ],
    ["no region", []],
  ])("allows %s", async (_, shares) => {
    expect(await judgeRegions(...shares)).toEqual({ violations: [], undecided: undefined });
  });

  it.each([
    [
      "two regions that state none",
      [[undefined], [undefined]],
      "may spend 2 times what the budgets say. Let the regionShare of all regions sum to 1.",
    ],
    ["two regions that state null", [[null], [null]], "2 times"],
    ["more than the whole", [[0.75], [0.5]], "1.25 times"],
    ["the larger of two files", [[0.25, 0.75], [0.5]], "1.25 times"],
    ["the larger of two files that comes first", [[0.75, 0.25], [0.5]], "1.25 times"],
    ["a text", [["0.5"]], 'regionShare is "0.5", which is no part of a whole'],
    ["nothing", [[0]], "regionShare is 0, which is no part of a whole"],
  ])("refuses %s", async (_, shares, reason) => {
    expect((await judgeRegions(...shares)).violations).toEqual([expect.stringContaining(reason)]);
  });

  it("blames the region with the largest share", async () => {
    const { violations } = await judgeRegions([0.5], [0.75], [0.25]);
    expect(violations).toEqual([expect.stringMatching(/::region-1-.*: ConfigMap .*, at \.data: /)]);
  });

  it("refuses a file that cannot be read and judges the others", async () => {
    const resources = [
      ...inRegion("region-a", configMap({ "gateway.yaml": "[" }), shareOf(1)),
      ...inRegion("region-b", shareOf(1)),
    ];
    expect((await judgeStack(budgetLimitRegionShares, resources)).violations).toEqual([
      expect.stringContaining("the file is no YAML"),
      expect.stringContaining("2 times"),
    ]);
  });

  it("is undecided while a file is not known", async () => {
    const resources = inRegion("region-a", configMap({ "gateway.yaml": UNKNOWN }));
    const { violations, undecided } = await judgeStack(budgetLimitRegionShares, resources);
    expect(violations).toEqual([]);
    expect(undecided).toContain("gateway.yaml");
  });

  it("takes a share that is a rounding above the whole, and blames the first of the largest", async () => {
    expect((await judgeRegions([1 + 1e-9])).violations).toEqual([]);
    const files = [0.9, 0.9].map((share, index) => ({
      ...shareOf(share),
      metadata: { name: `rules-${index}` },
    }));
    const resources = [...inRegion("region-a", ...files), ...inRegion("region-b", shareOf(0.5))];
    expect((await judgeStack(budgetLimitRegionShares, resources)).violations).toEqual([
      expect.stringContaining("ConfigMap rules-0"),
    ]);
  });
});
