import { describe, expect, it } from "vitest";
import type { EndpointHealth, HealthState } from "../../../local/front-door/endpoint-health.ts";
import { healthOfRegion } from "../../../local/front-door/region-health.ts";

const STATES: Record<HealthState, EndpointHealth> = {
  starting: { state: "starting", since: 0, failures: 0, lastFailure: undefined },
  up: { state: "up", since: 0, failures: 0, lastFailure: undefined },
  down: { state: "down", since: 0, lastFailure: undefined },
  recovering: { state: "recovering", since: 0, successes: 1, lastFailure: undefined },
};

function endpoint(state: HealthState, since = 0, failedAt?: number): EndpointHealth {
  const lastFailure = failedAt === undefined ? undefined : { at: failedAt, reason: `at ${failedAt}` };
  return { ...STATES[state], since, lastFailure };
}

describe("the health of a region", () => {
  it.each<[HealthState[], HealthState]>([
    [["up"], "up"],
    [["down"], "down"],
    [["down", "up", "down"], "up"],
    [["recovering", "up"], "up"],
    [["down", "recovering"], "recovering"],
    [["down", "starting"], "starting"],
    [["starting", "up"], "up"],
    [["down", "down", "down"], "down"],
  ])("with endpoints that are %j is %s", (states, expected) => {
    expect(healthOfRegion(states.map((state) => endpoint(state))).state).toBe(expected);
  });

  it("keeps its time while another endpoint takes over", () => {
    const before = { state: "up", since: 1_000 } as const;
    expect(healthOfRegion([endpoint("down", 9_000), endpoint("up", 5_000)], before).since).toBe(1_000);
  });

  it("begins its time anew with the change of an endpoint that changes it", () => {
    const before = { state: "up", since: 1_000 } as const;
    expect(healthOfRegion([endpoint("down", 9_000), endpoint("down", 5_000)], before).since).toBe(9_000);
  });

  it.each([
    [[undefined, undefined], undefined],
    [[3, undefined], 3],
    [[3, 7, 5], 7],
  ])("tells the last failure of its endpoints, of %j that at %s", (failures, expected) => {
    const health = healthOfRegion(failures.map((at) => endpoint("up", 0, at)));
    expect(health.lastFailure?.at).toBe(expected);
  });
});
