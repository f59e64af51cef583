import type { HealthState } from "./endpoint-health.ts";
import { rankOf } from "./region-health.ts";

interface WithHealth {
  readonly health: { readonly state: HealthState };
}

export interface Candidate extends WithHealth {
  readonly role: "primary" | "standby";
  /** Whether its answers or its flapping have put it last for a while. */
  readonly isEjected: boolean;
}

/**
 * The regions that may get a request, best first: regions that are up before unproven ones, both before ejected ones,
 * the primary before standbys, standbys in the order given. Empty when all are down.
 */
export function routeOrder<Region extends Candidate>(regions: readonly Region[]): Region[] {
  return regions
    .filter(isUsable)
    .sort(
      (a, b) =>
        Number(a.isEjected) - Number(b.isEjected) ||
        rankOf(a.health.state) - rankOf(b.health.state) ||
        roleRank(a) - roleRank(b),
    );
}

/** The endpoints of one region that are equally good, and the best of it: up ones, else unproven ones, else none. */
export function bestEndpoints<Endpoint extends WithHealth>(endpoints: readonly Endpoint[]): Endpoint[] {
  const best = Math.min(...endpoints.map(({ health }) => rankOf(health.state)));
  return endpoints.filter((endpoint) => isUsable(endpoint) && rankOf(endpoint.health.state) === best);
}

/** Whether a region other than the one given could take its traffic: ejecting the last one would help nobody. */
export function hasAlternative<Region extends Candidate>(
  regions: readonly Region[],
  region: Region,
): boolean {
  return regions.some((other) => other !== region && other.health.state === "up" && !other.isEjected);
}

function isUsable({ health }: WithHealth): boolean {
  return Number.isFinite(rankOf(health.state));
}

function roleRank({ role }: Candidate): number {
  return role === "primary" ? 0 : 1;
}
