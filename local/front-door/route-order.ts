import type { RegionHealth } from "./region-health.ts";

export type RegionRole = "primary" | "standby";

export interface Candidate {
  readonly role: RegionRole;
  readonly health: RegionHealth;
}

/** A region that answers but is not proven is better than none; one that is down is not tried. */
const RANKS: Record<RegionHealth["state"], number | undefined> = {
  up: 0,
  starting: 1,
  recovering: 1,
  down: undefined,
};

/**
 * The regions that may get a request, best first: regions that are up before unproven ones, the primary before
 * standbys, standbys in the order given. Empty when all are down.
 */
export function routeOrder<Region extends Candidate>(regions: readonly Region[]): Region[] {
  return regions
    .flatMap((region) => {
      const rank = RANKS[region.health.state];
      return rank === undefined ? [] : [{ region, rank }];
    })
    .sort((a, b) => a.rank - b.rank || roleRank(a.region) - roleRank(b.region))
    .map(({ region }) => region);
}

function roleRank({ role }: Candidate): number {
  return role === "primary" ? 0 : 1;
}
