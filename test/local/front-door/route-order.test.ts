import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { observe, type RegionHealth, startingHealth } from "../../../local/front-door/region-health.ts";
import { type RegionRole, routeOrder } from "../../../local/front-door/route-order.ts";

const BASE = { since: 0, lastFailure: undefined };
const HEALTH: Record<RegionHealth["state"], RegionHealth> = {
  starting: { ...BASE, state: "starting", failures: 0 },
  up: { ...BASE, state: "up", failures: 0 },
  down: { ...BASE, state: "down" },
  recovering: { ...BASE, state: "recovering", successes: 1 },
};

interface Named {
  readonly name: string;
  readonly role: RegionRole;
  readonly health: RegionHealth;
}

function names(primary: RegionHealth["state"], ...standbys: RegionHealth["state"][]): string[] {
  const regions: Named[] = [
    ...standbys.map((state, index) => ({
      name: `standby-${index + 1}`,
      role: "standby" as const,
      health: HEALTH[state],
    })),
    { name: "primary", role: "primary", health: HEALTH[primary] },
  ];
  return routeOrder(regions).map(({ name }) => name);
}

describe("the order in which regions are asked", () => {
  it.each<[RegionHealth["state"], RegionHealth["state"], string[]]>([
    ["up", "up", ["primary", "standby-1"]],
    ["up", "down", ["primary"]],
    ["down", "up", ["standby-1"]],
    ["down", "down", []],
    ["recovering", "up", ["standby-1", "primary"]],
    ["recovering", "down", ["primary"]],
    ["down", "recovering", ["standby-1"]],
    ["recovering", "recovering", ["primary", "standby-1"]],
    ["starting", "starting", ["primary", "standby-1"]],
    ["starting", "up", ["standby-1", "primary"]],
    ["up", "recovering", ["primary", "standby-1"]],
  ])("with the primary %s and the standby %s is %j", (primary, standby, expected) => {
    expect(names(primary, standby)).toEqual(expected);
  });

  it("keeps the order given among standbys", () => {
    expect(names("down", "up", "up", "recovering")).toEqual(["standby-1", "standby-2", "standby-3"]);
  });

  it("does not change the list given", () => {
    const regions = [
      { role: "standby" as const, health: HEALTH.up },
      { role: "primary" as const, health: HEALTH.up },
    ];
    routeOrder(regions);
    expect(regions[0]?.role).toBe("standby");
  });
});

describe("with a primary that flaps as it likes and a standby that is up", () => {
  const policy = { failuresToDown: 2, successesToUp: 3, stableMs: 5_000 };

  it("traffic returns to the primary only after it answered steadily", () => {
    fc.assert(
      fc.property(fc.array(fc.boolean(), { maxLength: 200 }), (outcomes) => {
        let health = startingHealth(0);
        let wasPrimary = false;
        let lastFailureAt = Number.NEGATIVE_INFINITY;
        outcomes.forEach((ok, index) => {
          const at = index * 1_000;
          if (!ok) lastFailureAt = at;
          health = observe(health, ok ? { ok, at } : { ok, at, reason: "flap" }, policy);
          const regions: Named[] = [
            { name: "primary", role: "primary", health },
            { name: "standby", role: "standby", health: HEALTH.up },
          ];
          const isPrimary = routeOrder(regions)[0]?.name === "primary";
          const failedBack = isPrimary && !wasPrimary && outcomes.slice(0, index).includes(true);
          if (failedBack) expect(at - lastFailureAt).toBeGreaterThanOrEqual(policy.stableMs);
          wasPrimary = isPrimary;
        });
      }),
    );
  });
});
