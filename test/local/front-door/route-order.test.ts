import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { type HealthState, observe, startingHealth } from "../../../local/front-door/endpoint-health.ts";
import {
  bestEndpoints,
  type Candidate,
  hasAlternative,
  routeOrder,
} from "../../../local/front-door/route-order.ts";

interface Named extends Candidate {
  readonly name: string;
}

const region = (name: string, state: HealthState, isEjected = false): Named => ({
  name,
  role: name === "primary" ? "primary" : "standby",
  health: { state },
  isEjected,
});

const order = (...regions: Named[]) => routeOrder(regions).map(({ name }) => name);

describe("the order in which regions are asked", () => {
  it.each<[HealthState, HealthState, string[]]>([
    ["up", "up", ["primary", "standby"]],
    ["up", "down", ["primary"]],
    ["down", "up", ["standby"]],
    ["down", "down", []],
    ["recovering", "up", ["standby", "primary"]],
    ["recovering", "down", ["primary"]],
    ["down", "recovering", ["standby"]],
    ["recovering", "recovering", ["primary", "standby"]],
    ["starting", "starting", ["primary", "standby"]],
    ["starting", "up", ["standby", "primary"]],
    ["up", "recovering", ["primary", "standby"]],
  ])("with the primary %s and the standby %s is %j", (primary, standby, expected) => {
    expect(order(region("standby", standby), region("primary", primary))).toEqual(expected);
  });

  it.each<[HealthState, HealthState, string[]]>([
    ["up", "up", ["standby", "primary"]],
    ["up", "recovering", ["standby", "primary"]],
    ["up", "down", ["primary"]],
    ["down", "up", ["standby"]],
  ])("with the primary %s but ejected and the standby %s is %j", (primary, standby, expected) => {
    expect(order(region("primary", primary, true), region("standby", standby))).toEqual(expected);
  });

  it("keeps the order given among standbys", () => {
    const standbys = [region("one", "up"), region("two", "up"), region("three", "recovering")];
    expect(order(...standbys, region("primary", "down"))).toEqual(["one", "two", "three"]);
  });

  it("does not change the list given", () => {
    const regions = [region("standby", "up"), region("primary", "up")];
    routeOrder(regions);
    expect(regions[0]?.name).toBe("standby");
  });
});

describe("the best endpoints of a region", () => {
  it.each<[HealthState[], number[]]>([
    [
      ["up", "up", "up"],
      [0, 1, 2],
    ],
    [
      ["up", "down", "up"],
      [0, 2],
    ],
    [["recovering", "up", "starting"], [1]],
    [
      ["recovering", "down", "starting"],
      [0, 2],
    ],
    [["down", "down"], []],
    [[], []],
  ])("of %j are those at %j", (states, expected) => {
    const endpoints = states.map((state, index) => ({ index, health: { state } }));
    expect(bestEndpoints(endpoints).map(({ index }) => index)).toEqual(expected);
  });
});

describe("a region can be done without", () => {
  it.each<[string, Named[], boolean]>([
    ["not if it is the only one", [], false],
    ["if another one is up", [region("standby", "up")], true],
    ["not if the other one is down", [region("standby", "down")], false],
    ["not if the other one is unproven", [region("standby", "recovering")], false],
    ["not if the other one is ejected", [region("standby", "up", true)], false],
    ["if one of two others is up", [region("one", "down"), region("two", "up")], true],
  ])("%s", (_, others, expected) => {
    const primary = region("primary", "up");
    expect(hasAlternative([primary, ...others], primary)).toBe(expected);
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
          health = observe(health, ok ? { ok, at } : { ok, at, reason: "flap", isSilent: false }, policy);
          const isPrimary = order(region("primary", health.state), region("standby", "up"))[0] === "primary";
          const failedBack = isPrimary && !wasPrimary && outcomes.slice(0, index).includes(true);
          if (failedBack) expect(at - lastFailureAt).toBeGreaterThanOrEqual(policy.stableMs);
          wasPrimary = isPrimary;
        });
      }),
    );
  });
});
